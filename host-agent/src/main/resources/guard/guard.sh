#!/bin/sh
# Kills the guests of one host that may be started elsewhere once the host's lease is over, so that neither a stopped
# nor a dead agent leaves them running. Started by the agent, outlives it; one for each state folder.
#
#   guard.sh DIRECTORY
#     deadline   seven words, the last two of them when to freeze and when to kill, in 1/100 s since boot as /proc/uptime
#                counts them, suspension included. Replaced as a whole; while it is missing or torn, what was read
#                before holds.
#     targets/   one empty file for each process, KIND-PID-START, START as in /proc/PID/stat: p is frozen, then killed;
#                j is the agent itself, whose guests stop by themselves when it is time to freeze: it is only killed.
#     tick       written in each round, "PID NOW KILL": by it the agent knows that it is guarded.
#
# Forks nothing but sleep. Touches nothing before it has read a first deadline. Ends when none comes, and when the lease
# is over and nothing is left to kill.
dir=$1
freeze=
kill=
rounds=300 # for a first deadline: a minute
killed=
frozen=unknown # an earlier guard may have frozen them

# Of a host that runs out of memory, this goes last.
{ echo -1000 >"/proc/$$/oom_score_adj"; } 2>/dev/null

read_deadline() {
  { read -r words <"$dir/deadline"; } 2>/dev/null || return
  set -- $words
  [ $# -eq 7 ] || return
  case $6:$7 in
    *[!0-9:]*) ;;
    *) freeze=$6 kill=$7 ;;
  esac
}

# Sends SIGNAL to each target that still is the process it was; alive says whether there was one.
signal() {
  signal=$1
  alive=
  for path in "$dir"/targets/*; do
    name=${path##*/}
    kind=${name%%-*}
    start=${name##*-}
    pid=${name#*-}
    pid=${pid%-*}
    case $pid:$start in
      :* | *: | *[!0-9:]*) continue ;;
    esac
    { read -r stat <"/proc/$pid/stat"; } 2>/dev/null || continue
    set -- ${stat##*) }
    case $1 in
      [ZX]) continue ;;
    esac
    [ "${20}" = "$start" ] || continue
    alive=yes
    [ "$kind:$signal" = p:STOP ] || [ "$kind:$signal" = p:CONT ] || [ "$signal" = KILL ] || continue
    kill -s "$signal" "$pid" 2>/dev/null
  done
}

note() {
  echo "$now $*" >>"$dir/guard.log"
}

while [ -d "$dir/targets" ]; do
  read -r now _ </proc/uptime
  now=${now%.*}${now#*.}
  read_deadline
  if [ -z "$kill" ]; then
    rounds=$((rounds - 1))
    [ "$rounds" -gt 0 ] || exit 0
  elif [ "$now" -ge "$kill" ]; then
    signal KILL
    if [ -z "$alive" ]; then
      note "the lease ended at $kill; nothing is left to kill"
      exit 0
    fi
    [ "$killed" = "$kill" ] || note "the lease ended at $kill: killed"
    killed=$kill
    frozen=yes
  elif [ "$now" -ge "$freeze" ]; then
    [ "$frozen" = yes ] || note "no lease since $freeze: frozen until $kill"
    signal STOP
    frozen=yes
  elif [ "$frozen" != no ]; then
    signal CONT
    [ "$frozen" = unknown ] || note "a lease until $kill: continued"
    frozen=no
  fi
  echo "$$ $now ${kill:-0}" >"$dir/tick"
  sleep 0.2 || sleep 1
done
