# shellcheck shell=sh
# Finds a Java of 17 or later; sourced by bin/zkrun and dist/setup.sh. Costs no process where the
# JDK has its `release` file, because every zkrun command begins here.

# Sets `java_home` to the first home that has bin/$1 (java or javac) of at least 17, and
# `java_version` to its major version; returns 1 where there is none.
find_java() {
  is_java "${JAVA_HOME:-}" "$1" && return
  if java_program=$(command -v "$1"); then
    java_program=$(readlink -f "$java_program")
    is_java "${java_program%/bin/*}" "$1" && return
  fi
  for java_candidate in /usr/lib/jvm/* /usr/java/* /opt/java/*; do
    is_java "$java_candidate" "$1" && return
  done
  java_home=
  return 1
}

# Whether the home $1 has bin/$2 of at least 17.
is_java() {
  java_home=$1
  { [ -n "$1" ] && [ -x "$1/bin/$2" ]; } || return 1
  read_java_version
  [ "$java_version" -ge 17 ]
}

# Sets `java_version` to the major version of `java_home`; 0 where it can't be told.
read_java_version() {
  java_version=
  if [ -r "$java_home/release" ]; then
    while IFS='"' read -r java_key java_value _; do
      if [ "$java_key" = JAVA_VERSION= ]; then java_version=$java_value; fi
    done <"$java_home/release"
  fi
  if [ -z "$java_version" ]; then
    java_version=$("$java_home/bin/java" -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p')
  fi
  java_version=${java_version#1.}
  java_version=${java_version%%[!0-9]*}
  java_version=${java_version:-0}
}

# Says on standard error what to do without Java, and ends with 72.
no_java() {
  echo "zkrun: no Java of 17 or later in JAVA_HOME, PATH or /usr/lib/jvm; nothing was done; install one with: $(install_command jre)" >&2
  exit 72
}

# The package manager of this system, or nothing.
package_manager() {
  for manager in apt-get dnf yum zypper apk; do
    if command -v "$manager" >/dev/null 2>&1; then
      echo "$manager"
      return
    fi
  done
}

# The one command that installs $1 (jre, jdk or maven, or several) here, for people to run.
install_command() {
  manager=$(package_manager)
  packages=
  for wanted in "$@"; do
    packages="$packages $(package_name "$manager" "$wanted")"
  done
  case $manager in
    apt-get) echo "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends$packages'" ;;
    dnf | yum) echo "sudo $manager install -y$packages" ;;
    zypper) echo "sudo zypper --non-interactive install$packages" ;;
    apk) echo "sudo apk add$packages" ;;
    *) echo "your package manager: $*" ;;
  esac
}

# What the package manager $1 calls $2.
package_name() {
  case $1:$2 in
    *:maven) echo maven ;;
    apt-get:*) echo "openjdk-$(apt_java_version "$2")-$2-headless" ;;
    apk:*) echo "openjdk17-$2" ;;
    *:jdk) echo java-17-openjdk-devel ;;
    *) echo java-17-openjdk-headless ;;
  esac
}

# The first long-lived Java that this release of Debian or Ubuntu has; 17 while its lists are empty.
apt_java_version() {
  for apt_version in 17 21 25; do
    if apt-cache show "openjdk-$apt_version-$1-headless" >/dev/null 2>&1; then
      echo "$apt_version"
      return
    fi
  done
  echo 17
}
