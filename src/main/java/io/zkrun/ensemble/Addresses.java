package io.zkrun.ensemble;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What addresses this host has, and what names mean on it. */
final class Addresses {
  private final Set<InetAddress> own;

  Addresses(Set<InetAddress> own) {
    this.own = own;
  }

  static Addresses ofThisHost() {
    Set<InetAddress> own = new LinkedHashSet<>();
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .forEach(own::add);
    } catch (SocketException e) {
      // A host without a network has its loopback at least.
      own.add(InetAddress.getLoopbackAddress());
    }
    return new Addresses(own);
  }

  /** What a name means here; empty where it means nothing. */
  static List<InetAddress> of(String host) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).distinct().toList();
    } catch (UnknownHostException e) {
      return List.of();
    }
  }

  /** Whether one of a name's addresses is this host's; all of 127.0.0.0/8 is. */
  boolean has(String host) {
    return of(host).stream().anyMatch(this::has);
  }

  boolean has(InetAddress address) {
    return address.isLoopbackAddress() || own.contains(address);
  }

  /** Whether others, for whom loopback is themselves, can't come by what the name means here. */
  static boolean isLoopbackAlone(String host) {
    List<InetAddress> all = of(host);
    return !all.isEmpty() && all.stream().allMatch(InetAddress::isLoopbackAddress);
  }

  /** Those that others may use, for messages. */
  String text() {
    String all =
        own.stream()
            .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
            .map(InetAddress::getHostAddress)
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "no address but loopback" : all;
  }

  static String text(String host) {
    String all =
        of(host).stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
    return all.isEmpty() ? "no address" : all;
  }
}
