# Enforces the lease of the spool $1, whose id is $2, while its daemon is dead or stopped.
trap '' HUP INT
cd "$1" || exit 1
read -r stat </proc/self/stat
me=${stat%% *}
printf '%s\n' "$stat" >keeper
start() { s=${1##*) }; set -- $s; echo_start=${20}; }
alive() { # file holding a stat line: is that very process there?
  read -r was <"$1" || return 1
  read -r is <"/proc/${was%% *}/stat" || return 1
  start "$was"; a=$echo_start; start "$is"
  [ "$a" = "$echo_start" ]
}
enforce() { # $1 = TERM or KILL
  for d in tasks/*/; do
    [ -f "$d/meta" ] && [ ! -f "$d/result" ] || continue
    read -r keep <"$d/meta"
    case $keep in keep=lease*) ;; *) continue ;; esac
    [ -f "$d/exit" ] || : >"$d/lease"
    group=${keep#keep=lease }
    [ "$group" != - ] || continue
    if [ "$1" = KILL ] && [ -w "$group/cgroup.kill" ]; then echo 1 >"$group/cgroup.kill"
    else while read -r p; do kill -"$1" "$p"; done <"$group/cgroup.procs"; fi
  done
  set_=' '
  for f in $(grep -lF "ZKRUN_COOKIE=$id/lease/" /proc/[0-9]*/environ); do
    p=${f#/proc/}; set_="$set_${p%/environ} "
  done
  grown=1
  while [ "$grown" = 1 ]; do
    grown=0
    for f in /proc/[0-9]*/stat; do
      read -r line <"$f" || continue
      p=${line%% *}; r=${line##*) }; r=${r#* }; r=${r%% *}
      case $set_ in *" $p "*) continue ;; esac
      case $set_ in *" $r "*) set_="$set_$p "; grown=1 ;; esac
    done
  done
  for p in $set_; do [ "$p" = "$me" ] || kill -"$1" "$p"; done
}
id=$2
exec 2>/dev/null
while [ -d tasks ]; do
  read -r k <keeper && [ "${k%% *}" = "$me" ] || exit 0
  if read -r term kill <deadline; then
    read -r up rest </proc/uptime
    now=${up%.*}${up#*.}
    if [ "$now" -ge "$kill" ]; then enforce KILL
    elif [ "$now" -ge "$term" ]; then enforce TERM; fi
  fi
  if ! alive daemon; then
    busy=0
    for d in tasks/*/; do [ -f "$d/pid" ] && alive "$d/pid" && busy=1 && break; done
    [ $busy = 1 ] || exit 0
  fi
  sleep 0.5
done
