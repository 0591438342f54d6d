# Watches over one command: $1 is its run folder. Builtins only, since every process costs.
# The traps keep this shell alive; unlike ignored signals they are not passed on.
cd "$1" || exit 125
trap : HUP INT QUIT TERM
read -r stat </proc/self/stat
printf '%s\n' "$stat" >pid || exit 125
failed() { printf '%s\n' "$2" >"$1/failed"; }
( . ./task )
code=$?
read -r up rest </proc/uptime
printf '%s %s end\n' "$code" "$up" >exit
exit "$code"
