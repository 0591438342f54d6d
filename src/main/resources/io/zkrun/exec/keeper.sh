# Enforces the lease of the spool $1, whose id is $2, while its daemon is dead or stopped. The cgroups
# of its runs are below $3; empty where there are none. The cookies of commands under the lease begin
# with $4, and with $5 where what they leave behind may run on; $6 is "end" where of all others
# nothing may. Of an environment $7 bytes are read at most: any process can claim an endless one.
# The daemon renews the file "deadline" with two times, in hundredths of a second since boot: past
# the first each process gets SIGTERM once, past the second all get SIGKILL until none is left.
#
# What commands can write to is not believed: a name in /proc or a cookie may hold line feeds, and in
# place of a run's files anything may stand. Process ids come from paths and from the kernel alone.
trap '' HUP INT QUIT
cd "$1" || exit 1
id=$2
groups=$3
lease=$4
leaves=$5
strays=$6
most=$7
exec 2>/dev/null

stat_of() { # $1 = a pid; sets $line to its stat, in which a name may hold line feeds
  line=
  while read -r more; do line="$line $more"; done <"/proc/$1/stat"
  line=${line# }
  [ -n "$line" ]
}

since() { # $1 = a line of stat; sets $parent, and $since to its start, to nothing for a zombie
  set -- ${1##*) }
  case $1 in Z | X) since= ;; *) since=${20} ;; esac
  parent=$2
}

alive() { # $1 = a file of the spool with a line of stat: is that very process there?
  plain "$1" && read -r was <"$1" && stat_of "${was%% *}" || return 1
  since "$was"
  before=$since
  since "$line"
  [ -n "$since" ] && [ "$before" = "$since" ]
}

plain() { # no link, folder or device, and no FIFO to wait at
  [ -f "$1" ] && [ ! -L "$1" ]
}

find_open() { # sets $open to the names of the runs under the lease that have not ended
  open=
  # Nothing here waits for a FIFO: grep opens what is no plain file without.
  for meta in $(find tasks -mindepth 2 -maxdepth 2 -name meta -type f \
    -exec grep -l -D skip '^keep=lease ' {} +); do
    name=${meta#tasks/}
    name=${name%/meta}
    case $name in '' | *[!A-Za-z0-9._-]*) continue ;; esac
    plain "tasks/$name/result" || open="$open $name"
  done
}

find_groups() { # sets $of_runs to the cgroups of the runs in $open, and $tops to those they are in
  tops= of_runs=
  [ -n "$cgroups" ] || return
  for top in $(find "$cgroups" -type d -name "zkrun-$id"); do
    tops="$tops $top"
    for name in $open; do [ ! -d "$top/$name" ] || of_runs="$of_runs $top/$name"; done
  done
}

know() { # $1 = a pid; remembers its start, so that no other of that number is taken for it
  stat_of "$1" && since "$line" && [ -n "$since" ] && eval "start_$1=$since"
}

is_known() { # $1 = a pid; is it still the same process?
  eval "known=\${start_$1-}"
  [ -n "$known" ] && stat_of "$1" && since "$line" && [ "$since" = "$known" ]
}

add() { case "$tree$spared" in *" $1 "*) return 1 ;; *) tree="$tree$1 " ;; esac; }

members() { [ -z "$of_runs" ] || find $of_runs -name cgroup.procs -exec cat {} +; }

with_cookie() { # $@ = files of environments; gives those of the lease
  if [ "$strays" = end ] || [ ! -d tasks ]; then
    grep -laz "^ZKRUN_COOKIE=$lease[^/]*\$" "$@"
  fi
  if [ ! -d tasks ]; then
    grep -laz "^ZKRUN_COOKIE=$leaves[^/]*\$" "$@"
  else
    for name in $open; do
      printf 'ZKRUN_COOKIE=%s\n' "$lease$name" "$leaves$name"
    done | grep -lazxF -f - "$@"
  fi
}

find_environs() { # sets $long to those that claim more than is read, and $others to the others
  long=' '
  others='/proc/[0-9]*/environ'
  IFS='
'
  # A name cannot look like this, it is too short. The last two numbers are the bounds.
  set -- $(grep -saHoE '\) [A-Za-z]( -?[0-9]+){48}' /proc/[0-9]*/stat)
  unset IFS
  for line; do
    before=${line% *}
    [ $((${line##* } - ${before##* })) -le "$most" ] || long="$long${line%%/stat:*}/environ "
  done
  [ "$long" != ' ' ] || return
  set -- $others
  others=
  for file; do
    case $long in *" $file "*) ;; *) others="$others $file" ;; esac
  done
}

is_under_lease() { # $1 = a variable as it stands in an environment
  case $1 in
    "ZKRUN_COOKIE=$lease"*) name=${1#"ZKRUN_COOKIE=$lease"} unnamed=$strays ;;
    "ZKRUN_COOKIE=$leaves"*) name=${1#"ZKRUN_COOKIE=$leaves"} unnamed=leave ;;
    *) return 1 ;;
  esac
  [ -d tasks ] && [ "$unnamed" != end ] || return 0
  case $name in '' | *[!A-Za-z0-9._-]*) return 1 ;; esac
  case "$open " in *" $name "*) return 0 ;; esac
  return 1
}

add_long() {
  for file in $long; do
    pid=${file#/proc/}
    pid=${pid%/environ}
    know "$pid" || continue
    variable=$(head -c "$most" "$file" | grep -az -m 1 "^ZKRUN_COOKIE=$id/" | tr -d '\0')
    is_under_lease "$variable" && is_known "$pid" && add "$pid"
  done
}

find_tree() { # sets $tree to the pids of all that is under the lease
  tree=' '
  spared=" 0 1 $me "
  plain daemon && read -r daemon rest <daemon && spared="$spared$daemon "
  find_groups
  read -r up rest </proc/uptime
  scan=${up%.*}${up#*.}
  # Found, then remembered, then found again: so it is known whose number it is.
  for pid in $(members); do know "$pid"; done
  for pid in $(members); do is_known "$pid" && add "$pid"; done
  find_environs
  # What claims an endless one only now is not read to its end either.
  set -- $(ulimit -t 2; grep -laz "^ZKRUN_COOKIE=$id/" $others)
  for file; do
    file=${file#/proc/}
    know "${file%%/*}"
  done
  if [ $# -gt 0 ]; then
    for file in $(ulimit -t 2; with_cookie "$@"); do
      file=${file#/proc/}
      is_known "${file%%/*}" && add "${file%%/*}"
    done
  fi
  add_long
  [ "$tree" != ' ' ] || return 1
  add_children
}

add_children() { # in status, unlike in stat, a name cannot hold a line feed
  set -- $(grep -s '^PPid:' /proc/[0-9]*/status)
  grown=1
  while [ "$grown" = 1 ]; do
    grown=0
    for word; do
      case $word in
        /*)
          child=${word#/proc/}
          child=${child%%/*}
          ;;
        *)
          case $tree in *" $word "*) ;; *) continue ;; esac
          case "$tree$spared" in *" $child "*) continue ;; esac
          know "$child" && { [ "$parent" = "$word" ] || [ "$since" -lt "$scan" ]; } &&
            add "$child" && grown=1
          ;;
      esac
    done
  done
}

renewed() { # a daemon that lives has moved the bounds since they were read
  plain deadline && read -r new_term new_kill <deadline && [ "$new_term $new_kill" != "$term $kill" ]
}

find_overdue() { # false where nothing is left, or where the lease was renewed meanwhile
  find_open
  find_tree && ! renewed
}

mark() { # what did not end by itself until now ends by the lease
  # Nothing lies between this and the signals: a lease that is renewed leaves no mark without one.
  set -C # Never into what stands there already, a FIFO say.
  for name in $open; do
    d=tasks/$name
    plain "$d/exit" || [ -e "$d/lease" ] || printf "" >"$d/lease"
  done
  set +C
}

tidies() { # $1 = a pid: was it started by one that was asked in an earlier round, and that lives?
  [ "$earlier" != ' ' ] || return 1
  parent=$1
  while stat_of "$parent"; do
    since "$line"
    case $earlier in *" $parent "*) return 0 ;; esac
    case $tree in *" $parent "*) ;; *) return 1 ;; esac
  done
  return 1
}

signal() { # $1 = a signal, $2 = a pid
  is_known "$2" && kill "-$1" "$2"
}

ask() { # SIGTERM, once for each; what a trap starts is how its command ends, and gets none
  find_overdue || return
  [ "$asked_at" = "$term" ] || asked=' '
  asked_at=$term
  earlier=$asked
  mark
  for pid in $tree; do
    case $asked in *" $pid "*) continue ;; esac
    ! tidies "$pid" || continue
    signal TERM "$pid"
    asked="$asked$pid "
  done
}

finish() { # SIGKILL, again at once for what was forked meanwhile
  for again in 1 2 3 4 5; do
    find_overdue || return
    mark
    for group in $of_runs; do echo 1 >"$group/cgroup.kill"; done
    for pid in $tree; do signal KILL "$pid"; done
  done
}

runs() { # is anything there that may need the keeper, be it to remove its cgroup?
  find_open
  find_tree && return
  for d in tasks/*/; do
    plain "$d/meta" && ! plain "$d/result" && alive "$d/pid" && return
  done
  return 1
}

nap() { # half a second, or less until the next bound
  left=50
  for at in $term $kill; do
    [ $((at - now)) -le 0 ] || [ $((at - now)) -ge $left ] || left=$((at - now))
  done
  [ $left -ge 10 ] || left=0$left
  sleep 0.$left
}

leave() { # nobody is there any more: the cgroups go too, except where something was left behind
  [ -z "$groups" ] || find "$groups" -depth -type d -exec rmdir {} \;
  exit 0
}

cgroups=
while read -r mount parent device root at rest; do
  case $rest in *" - cgroup2 "*) cgroups=$at ;; esac
done </proc/self/mountinfo

read -r line </proc/self/stat
me=${line%% *}
printf '%s\n' "$line" >keeper
term= kill= asked=' ' asked_at=
while :; do
  if [ -d tasks ]; then
    plain keeper && read -r holder <keeper && [ "${holder%% *}" = "$me" ] || exit 0
    plain deadline && read -r term kill <deadline
    alive daemon || runs || leave
  else
    # Nobody can renew the lease of a spool that was removed: it runs out, and then we go.
    open=
    [ -n "$kill" ] && find_tree || leave
  fi
  read -r up rest </proc/uptime
  now=${up%.*}${up#*.}
  if [ -n "$kill" ]; then
    if [ "$now" -ge "$kill" ]; then
      finish
    elif [ "$now" -ge "$term" ]; then
      ask
    fi
  fi
  nap
done
