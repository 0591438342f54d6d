# Watches over one command. Its run folder is the working folder, so that no name of a task stands in the
# command line of this process. Builtins only, since every process costs.
# The traps keep this shell alive, whatever the daemon's terminal and process group are sent; unlike
# ignored signals they are not passed on.
trap : HUP INT QUIT PIPE ALRM USR1 USR2 TSTP TTIN TTOU
# Whoever signals this shell too shuts down the machine or the service: not the command ended itself.
trap 'free asked && : >asked' TERM
free() { [ ! -h "$1" ] && { [ -f "$1" ] || [ ! -e "$1" ]; }; } # else the command has put something there
read -r stat </proc/self/stat
# After the first line comes what this shell says itself: which signal ended the command.
exec 2>pid
printf '%s\n' "$stat" >&2 || exit 125
stopped() { printf '%s\n' "$stage" >"$run/failed"; }
refuse() { # $1 = the code, $2 = the program, $3 = why it cannot be started
  printf '%s: %s\n' "$2" "$3" >&2
  exit "$1"
}
look() { # $1 = a program, $2 = where it is looked up unless it is a path: can it be started?
  denied=
  case $1 in
    */*)
      [ -e "$1" ] || refuse 127 "$1" 'not found'
      [ ! -d "$1" ] || refuse 126 "$1" 'is a folder'
      [ ! -x "$1" ] || return 0
      denied=$1
      ;;
    *)
      path=$2:
      set -f
      IFS=:
      for at in $path; do
        at=${at:-.}/$1
        [ -f "$at" ] || continue
        [ ! -x "$at" ] || break
        denied=${denied:-$at}
        at=
      done
      unset IFS
      set +f
      [ ! -x "$at" ] || [ ! -f "$at" ] || return 0
      ;;
  esac
  [ -z "$denied" ] || refuse 126 "$denied" 'Permission denied'
  refuse 127 "$1" 'not found'
}
( . ./task )
code=$?
read -r up rest </proc/uptime
free exit && printf '%s %s end\n' "$code" "$up" >exit
exit "$code"
