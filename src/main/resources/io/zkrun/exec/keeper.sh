# Enforces the lease of the spool $1, whose id is $2, while its daemon is dead or stopped. The cgroups
# of its runs are below $3; empty where there are none.
# The daemon renews the file "deadline" with two times, in hundredths of a second since boot: past
# the first each process gets SIGTERM once, past the second all get SIGKILL until none is left.
trap '' HUP INT QUIT
cd "$1" || exit 1
id=$2
groups=$3
exec 2>/dev/null
read -r stat </proc/self/stat
me=${stat%% *}
printf '%s\n' "$stat" >keeper

since() { # $1 = a line of stat; sets $since, to nothing for a zombie
  set -- ${1##*) }
  case $1 in Z | X) since= ;; *) since=${20} ;; esac
}

alive() { # $1 = a file with a line of stat: is that very process there?
  read -r was <"$1" && read -r is <"/proc/${was%% *}/stat" || return 1
  since "$was"
  before=$since
  since "$is"
  [ -n "$since" ] && [ "$before" = "$since" ]
}

open_run() { # $1 = a run folder: did it start, and is its end not written down?
  [ -f "$1/meta" ] && [ ! -f "$1/result" ]
}

group_of() { # $1 = a run folder; sets $group to the cgroup of one under the lease
  group=
  read -r keep <"$1/meta" || return 1
  case $keep in "keep=lease "*) group=${keep#keep=lease } ;; *) return 1 ;; esac
  [ "$group" != - ] || group=
}

add() { case $tree in *" $1 "*) return 1 ;; *) tree="$tree$1 " ;; esac; }

find_tree() { # sets $tree to the pids of all that is under the lease
  tree=' '
  for d in tasks/*/; do
    open_run "$d" && group_of "$d" && [ -n "$group" ] || continue
    for pid in $(find "$group" -name cgroup.procs -exec cat {} +); do add "$pid"; done
  done
  for found in $(grep -azH "^ZKRUN_COOKIE=$id/lease/" /proc/[0-9]*/environ | tr '\0' '\n'); do
    d=tasks/${found##*/lease/}
    # A run that has its end left this in the background, and may.
    [ ! -d tasks ] || open_run "$d" || continue
    pid=${found#/proc/}
    add "${pid%%/*}"
  done
  [ "$tree" != ' ' ] || return 1
  add_children
}

add_children() {
  set -f
  IFS='
'
  set -- $(cat /proc/[0-9]*/stat)
  unset IFS
  grown=1
  while [ "$grown" = 1 ]; do
    grown=0
    for line; do
      parent=${line##*) }
      parent=${parent#* }
      case $tree in *" ${parent%% *} "*) add "${line%% *}" && grown=1 ;; esac
    done
  done
  set +f
}

renewed() { # a daemon that lives has moved the bounds since they were read
  read -r new_term new_kill <deadline && [ "$new_term $new_kill" != "$term $kill" ]
}

mark() { # what did not end by itself until now ends by the lease; false where there is nothing
  open=
  for d in tasks/*/; do open_run "$d" && group_of "$d" && open="$open $d"; done
  # What began under a newer lease is not in the list: look at the bounds only now.
  renewed && return 1
  for d in $open; do [ -f "$d/exit" ] || [ -f "$d/lease" ] || : >"$d/lease"; done
  [ -n "$open" ] || [ ! -d tasks ]
}

tidies() { # $1 = a pid: was it started by one that was asked in an earlier round, and that lives?
  [ "$earlier" != ' ' ] || return 1
  above=$1
  while read -r line <"/proc/$above/stat"; do
    above=${line##*) }
    above=${above#* }
    above=${above%% *}
    case $earlier in *" $above "*) return 0 ;; esac
    case $tree in *" $above "*) ;; *) return 1 ;; esac
  done
  return 1
}

ask() { # SIGTERM, once for each; what a trap starts is how its command ends, and gets none
  mark && find_tree && ! renewed || return
  [ "$asked_at" = "$term" ] || asked=' '
  asked_at=$term
  earlier=$asked
  for pid in $tree; do
    case $asked in *" $pid "*) continue ;; esac
    ! tidies "$pid" || continue
    [ "$pid" = "$me" ] || kill -TERM "$pid"
    asked="$asked$pid "
  done
}

finish() { # SIGKILL, again at once for what was forked meanwhile
  for again in 1 2 3 4 5; do
    mark || return
    for d in $open; do
      group_of "$d" && [ -n "$group" ] && echo 1 >"$group/cgroup.kill"
    done
    find_tree && ! renewed || return
    for pid in $tree; do [ "$pid" = "$me" ] || kill -KILL "$pid"; done
  done
}

runs() { # is anything there that may need the keeper?
  for d in tasks/*/; do open_run "$d" && alive "$d/pid" && return; done
  find_tree
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

term= kill= asked=' ' asked_at=
while :; do
  if [ -d tasks ]; then
    read -r holder <keeper && [ "${holder%% *}" = "$me" ] || exit 0
    read -r term kill <deadline
    alive daemon || runs || leave
  else
    # Nobody can renew the lease of a spool that was removed: it runs out, and then we go.
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
