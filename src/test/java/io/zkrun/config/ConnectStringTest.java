package io.zkrun.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectStringTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "vm1 vm1:2181",
        "vm1:2182 vm1:2182",
        "vm1,vm2:2182,vm3 vm1:2181,vm2:2182,vm3:2181",
        "vm1/prod vm1:2181/prod",
        "vm1,vm2:1/team/zkrun vm1:2181,vm2:1/team/zkrun",
        "vm1/ vm1:2181",
        "10.0.0.1:65535 10.0.0.1:65535",
        "[::1] [::1]:2181",
        "[fe80::1%eth0]:2182,vm_2.example.org [fe80::1%eth0]:2182,vm_2.example.org:2181",
        "vm1/größe vm1:2181/größe",
      })
  void thePortMayBeLeftOut(String text, String whole) {
    assertThat(ConnectString.parse(text)).hasToString(whole);
  }

  @Test
  void blanksAroundServersDoNotMatter() {
    ConnectString connect = ConnectString.parse(" vm1, vm2:2182 , vm3/prod ");

    assertThat(connect.servers()).containsExactly("vm1:2181", "vm2:2182", "vm3:2181");
    assertThat(connect.chroot()).isEqualTo("/prod");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"          | no server is named; write host:port,host:port or host:port,host:port/chroot",
        "/prod       | no server is named; write host:port,host:port or host:port,host:port/chroot",
        "vm1,,vm2    | a server is missing beside a comma; write host:port,host:port or"
            + " host:port,host:port/chroot",
        "vm1,        | a server is missing beside a comma; write host:port,host:port or"
            + " host:port,host:port/chroot",
        "vm1 vm2     | 'vm1 vm2' is no host name or address; write host:port,host:port or"
            + " host:port,host:port/chroot",
        "::1:2181    | '::1' is no host name or address; an IPv6 address is written [::1]:2181",
        "vm1:0       | '0' is no port; write a number from 1 to 65535",
        "vm1:65536   | '65536' is no port; write a number from 1 to 65535",
        "vm1:        | '' is no port; write a number from 1 to 65535",
        "vm1:zk      | 'zk' is no port; write a number from 1 to 65535",
        "vm1/a,vm2/a | the chroot stands once, after the last server; write"
            + " host:port,host:port/chroot",
        "vm1/prod/   | '/prod/' is no path in ZooKeeper; write a chroot such as /prod or"
            + " /team/zkrun",
        "vm1//prod   | '//prod' is no path in ZooKeeper; write a chroot such as /prod or"
            + " /team/zkrun",
        "vm1/a/../b  | '/a/../b' is no path in ZooKeeper; write a chroot such as /prod or"
            + " /team/zkrun",
      })
  void theMessageSaysWhatWouldBeRight(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConnectString.parse(text))
        .withMessage(message);
  }
}
