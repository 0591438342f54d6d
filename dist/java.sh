# Finds a Java of 17 or later; sourced by bin/zkrun and dist/setup.sh. Costs no process where the
# JDK has its `release` file, because every zkrun command begins here.

# Sets `java_home` to the first home that has bin/$1 (java or javac) of at least 17, else returns 1.
find_java() {
  for java_home in "${JAVA_HOME:-}" "$(home_of_path "$1")" /usr/lib/jvm/* /usr/java/* /opt/java/*; do
    if [ -x "$java_home/bin/$1" ] && [ "$(java_version "$java_home")" -ge 17 ]; then
      return 0
    fi
  done 2>/dev/null
  java_home=
  return 1
}

# The home of the program $1 that PATH finds, through its links.
home_of_path() {
  home_program=$(command -v "$1") || return 0
  home_program=$(readlink -f "$home_program")
  printf '%s\n' "${home_program%/bin/*}"
}

# The major version of the Java in the home $1; 0 where it can't be told.
java_version() {
  java_version=
  if [ -r "$1/release" ]; then
    while IFS='"' read -r java_key java_value _; do
      [ "$java_key" = JAVA_VERSION= ] && java_version=$java_value
    done <"$1/release"
  fi
  if [ -z "$java_version" ]; then
    java_version=$("$1/bin/java" -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p')
  fi
  java_version=${java_version#1.}
  java_version=${java_version%%[!0-9]*}
  echo "${java_version:-0}"
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
