# shellcheck shell=sh
# Set-up of a source checkout: installs what building needs, and builds once for each state of the
# sources. Sourced by bin/zkrun and dist/test with `home` set to the checkout.

: "${home:?}"
. "$home/dist/java.sh"

say() {
  echo "zkrun: $*" >&2
}

# Ends with 72 and the last lines of the log $1; $2 says what failed.
setup_failed() {
  tail -n 30 "$1" >&2
  say "$2; the whole log is in $1"
  exit 72
}

# Sets JAVA_HOME, and has JDK and Maven there, installed where they are missing.
have_tools() {
  missing=
  find_java javac || missing=jdk
  command -v mvn >/dev/null 2>&1 || missing="$missing maven"
  if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 # words
    install_tools $missing
    find_java javac || no_tools "no JDK of 17 or later was found" jdk
    command -v mvn >/dev/null 2>&1 || no_tools "no mvn was found in PATH" maven
  fi
  JAVA_HOME=$java_home
  export JAVA_HOME
}

# Ends with 72, the reason $1 and the command that installs the rest.
no_tools() {
  reason=$1
  shift
  say "$reason; this source checkout needs it to build itself; run: $(install_command "$@")"
  exit 72
}

# Installs its arguments (jdk, maven) as root or by sudo, else ends with what to run.
install_tools() {
  as_root=
  if [ "$(id -u)" != 0 ]; then
    as_root="sudo -n"
    sudo -n true 2>/dev/null || no_tools "missing here: $* (and neither root nor a sudo without password to install it)" "$@"
  fi
  manager=$(package_manager)
  [ -n "$manager" ] || no_tools "missing here: $* (and no package manager that is known)" "$@"
  log=$home/target/setup.log
  say "installing what is missing ($*) with $manager, log in $log"
  : >"$log"
  [ "$manager" != apt-get ] ||
    $as_root apt-get update -q >>"$log" 2>&1 ||
    setup_failed "$log" "apt-get update failed; nothing was installed"
  packages=
  for wanted in "$@"; do
    packages="$packages $(package_name "$manager" "$wanted")"
  done
  case $manager in
    apt-get) set -- env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 ;;
    zypper) set -- zypper --non-interactive install ;;
    apk) set -- apk add ;;
    *) set -- "$manager" install -y ;;
  esac
  # shellcheck disable=SC2086 # words
  $as_root "$@" $packages >>"$log" 2>&1 </dev/null ||
    setup_failed "$log" "could not install$packages"
}

# One set-up at a time in this checkout; the lock ends with the process that holds it.
lock_setup() {
  mkdir -p "$home/target" || {
    say "cannot write to $home/target, where the build goes"
    exit 72
  }
  exec 9>"$home/target/.setup.lock"
  if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
    say "waiting for another set-up in this checkout"
    flock 9
  fi
}

unlock_setup() {
  exec 9>&-
}

# What the program is made from; folders count too, since a deletion shows only there.
sources() {
  (cd "$home" && find pom.xml LICENSE .mvn src/main conf dist bin systemd "$@")
}

sources_hash() {
  (cd "$home" && find pom.xml LICENSE .mvn src/main conf dist bin systemd -type f | LC_ALL=C sort |
    while IFS= read -r file; do cksum "$file"; done | cksum | tr ' ' -)
}

# Sets `lib` to the jars of the sources as they stand now, built first where they are not there yet.
have_build() {
  built=$home/target/run/current
  if [ -e "$built" ] && [ -z "$(sources -newer "$built" | head -n 1)" ]; then
    read -r hash <"$built"
    lib=$home/target/run/$hash/lib
    [ -d "$lib" ] && return
  fi
  lock_setup
  hash=$(sources_hash)
  lib=$home/target/run/$hash/lib
  mkdir -p "$home/target/run"
  touch "$built.next"
  [ -d "$lib" ] || build
  # The time stays that of the beginning: what changed since is seen as newer.
  touch -r "$built.next" "$home/target/run/time"
  echo "$hash" >"$built.next"
  touch -r "$home/target/run/time" "$built.next"
  mv "$built.next" "$built"
  unlock_setup
}

# Builds the tarball and unpacks it to target/run/$hash: a running daemon keeps the jars it has.
build() {
  have_tools
  log=$home/target/build.log
  say "building from source, once for this state of the sources, log in $log"
  (cd "$home" && mvn -B -ntp -Dmaven.test.skip=true -Dspotless.check.skip=true package) >"$log" 2>&1 </dev/null 9>&- ||
    setup_failed "$log" "the build failed"
  rm -rf "$home/target/run/unpacking"
  mkdir -p "$home/target/run/unpacking"
  tar -xzf "$home"/target/zkrun-*.tar.gz -C "$home/target/run/unpacking" ||
    setup_failed "$log" "the built tarball could not be unpacked"
  forget_old_builds
  mv "$home"/target/run/unpacking/zkrun-* "$home/target/run/$hash"
  rm -rf "$home/target/run/unpacking"
  say "built"
}

# Keeps the newest of the earlier builds, since a daemon may run from it.
forget_old_builds() {
  # shellcheck disable=SC2012 # only names that were made here
  ls -dt "$home"/target/run/[0-9]*-* 2>/dev/null | tail -n +2 | while IFS= read -r old; do
    rm -rf "$old"
  done
}
