#!/usr/bin/env bash
# A real Kafka for tests and demos: KRaft brokers on loopback, from Maven's jars. Needs what `scripts/setup.sh test` checks.
#
#   kafka.sh start DIR [1|3]         start one or three brokers that keep their files in DIR; prints the bootstrap servers
#   kafka.sh stop DIR                stop them and remove DIR
#   kafka.sh with [1|3] -- CMD...    run CMD with KAFKA_BROKERS set, stop the brokers afterwards, return CMD's status;
#                                    where KAFKA_BROKERS is set already, run CMD against that cluster
#   kafka.sh tool CLASS ARGS...      run a Kafka tool, such as org.apache.kafka.tools.TopicCommand
#   kafka.sh lib                     print the folder of jars
#
# DIR holds pids and brokers (the bootstrap servers), and for node N: N/server.properties, N/log, N/data.
# Jars are fetched once, into JIANWEI_KAFKA_LIB or ~/.cache/jianwei.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$here/pom.xml")
lib=${JIANWEI_KAFKA_LIB:-$HOME/.cache/jianwei/kafka-$version}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
START_TIMEOUT_S=120
STOP_TIMEOUT_S=30

say() { printf 'kafka.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
usage() { sed -n '/^#   kafka/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }

# Copies into a folder of its own and renames it, so that neither a half fetch nor two at once can spoil the jars.
fetch_jars() {
  local jar=$lib/kafka_2.13-$version.jar half
  [[ -e $jar ]] && return
  say "fetching the jars of Kafka $version into $lib"
  mkdir -p "$(dirname "$lib")"
  half=$(mktemp -d "$lib.XXXXXX")
  if ! mvn -q -B -C -f "$here/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies \
    -DoutputDirectory="$half" >&2; then
    rm -rf -- "$half"
    die "Maven could not fetch the jars"
  fi
  mv -T "$half" "$lib" 2>/dev/null || rm -rf -- "$half" # another fetch was first
  [[ -e $jar ]] || die "$lib lacks $(basename "$jar"): remove that folder"
}

# The first compiler only: a tool ends before the second one pays (0.5 s of 1.7 s).
tool() {
  "$java" -Xmx256m -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile="$here/log4j2.yaml" -cp "$lib/*" "$@"
}

# 16 random bytes as Kafka writes them; a leading '-' would read as an option.
random_uuid() { head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=' | sed 's/^-/A/'; }

# Sets ports to $1 free ones, below the range from which the kernel serves outgoing connections.
take_ports() {
  local port
  ports=()
  while ((${#ports[@]} < $1)); do
    port=$((20000 + RANDOM % 12000))
    [[ " ${ports[*]} " == *" $port "* ]] && continue
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue # somebody answers
    ports+=("$port")
  done
}

write_properties() {
  local n=$1 replicas=$2 broker_port=$3 controller_port=$4 controllers=$5
  local min_isr=$(((replicas + 1) / 2))
  cat <<PROPERTIES
process.roles=broker,controller
node.id=$n
controller.quorum.bootstrap.servers=$controllers
listeners=PLAINTEXT://127.0.0.1:$broker_port,CONTROLLER://127.0.0.1:$controller_port
controller.listener.names=CONTROLLER
log.dirs=$dir/$n/data
default.replication.factor=$replicas
min.insync.replicas=$min_isr
offsets.topic.replication.factor=$replicas
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$min_isr
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$min_isr
share.coordinator.state.topic.num.partitions=8
auto.create.topics.enable=false
# Tests start groups often, and watch owners die: neither should take the usual seconds.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
PROPERTIES
}

# Is process $2 a broker of the cluster in $1? An exited one has no command line, another's number another one.
is_broker() { [[ $(tr '\0' ' ' 2>/dev/null <"/proc/$2/cmdline") == *" kafka.Kafka $1/"* ]]; }

fail() {
  local log
  for log in "$dir"/*/log; do
    [[ -e $log ]] && { say "the end of $log:"; tail -n 40 "$log" >&2; }
  done
  die "$*"
}

# Until start_cluster's caller drops the EXIT trap, whatever ends this script stops the brokers too.
formats=()
clean_up() {
  trap '' INT TERM
  wait "${formats[@]}" 2>/dev/null || true # an unfinished one would write into the removed DIR
  stop_cluster
}

# Starts $1 brokers in $dir, which it makes; sets brokers.
start_cluster() {
  local count=$1 heap=1g cluster controllers='' voters='' n pid
  local -a pids=()
  ((count == 1)) || heap=512m
  command -v kcat >/dev/null || die "kcat is missing: run scripts/setup.sh test"
  fetch_jars
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd -P)
  [[ -z $(ls -A "$dir") ]] || die "$dir is not empty"
  : >"$dir/pids"
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  take_ports $((2 * count))
  cluster=$(random_uuid)
  brokers=
  for ((n = 1; n <= count; n++)); do
    brokers+=,127.0.0.1:${ports[2 * n - 2]}
    controllers+=,127.0.0.1:${ports[2 * n - 1]}
    voters+=,$n@127.0.0.1:${ports[2 * n - 1]}:$(random_uuid)
  done
  brokers=${brokers#,}
  for ((n = 1; n <= count; n++)); do
    mkdir "$dir/$n"
    write_properties "$n" "$count" "${ports[2 * n - 2]}" "${ports[2 * n - 1]}" "${controllers#,}" \
      >"$dir/$n/server.properties"
    tool kafka.tools.StorageTool format -t "$cluster" -c "$dir/$n/server.properties" \
      --initial-controllers "${voters#,}" >"$dir/$n/log" 2>&1 &
    formats+=($!)
  done
  for ((n = 1; n <= count; n++)); do
    wait "${formats[n - 1]}" || fail "node $n could not be formatted"
  done

  # In a session of their own, so that a Ctrl-C meant for a test does not end the brokers under it.
  for ((n = 1; n <= count; n++)); do
    setsid "$java" -Xmx$heap -Dlog4j2.configurationFile="$here/log4j2.yaml" -cp "$lib/*" \
      kafka.Kafka "$dir/$n/server.properties" </dev/null >>"$dir/$n/log" 2>&1 &
    pids+=($!)
    echo $! >>"$dir/pids"
    disown # or the shell reports each one that stop_cluster kills
  done
  SECONDS=0
  for ((n = 1; n <= count; n++)); do
    pid=${pids[n - 1]}
    until grep -q 'Kafka Server started' "$dir/$n/log"; do
      kill -0 "$pid" 2>/dev/null || fail "node $n ended while starting"
      ((SECONDS < START_TIMEOUT_S)) || fail "node $n is not up after $START_TIMEOUT_S s"
      sleep 0.1
    done
  done
  for ((n = 1; n <= count; n++)); do
    until kcat -L -m 5 -b "127.0.0.1:${ports[2 * n - 2]}" 2>/dev/null | grep -q "^ $count brokers:"; do
      ((SECONDS < START_TIMEOUT_S)) || fail "node $n does not answer with $count brokers"
      sleep 0.1
    done
  done
  echo "$brokers" >"$dir/brokers"
}

# The brokers in $dir that still run, into alive.
find_alive() {
  local pid
  alive=()
  for pid in $(<"$dir/pids"); do
    ! is_broker "$dir" "$pid" || alive+=("$pid")
  done
}

# Stops the brokers in $dir, and nothing else, and removes it. A broker left without a majority of controllers
# tries for up to five minutes to hand over what it leads: nobody is left to take it, so that one is killed.
stop_cluster() {
  local count
  count=$(wc -l <"$dir/pids")
  find_alive
  ((${#alive[@]} == 0)) || kill -TERM "${alive[@]}" 2>/dev/null || true
  SECONDS=0
  while find_alive && ((${#alive[@]} > 0)); do
    if ((SECONDS >= STOP_TIMEOUT_S || 2 * ${#alive[@]} <= count)); then
      ((SECONDS < STOP_TIMEOUT_S)) || say "killing ${alive[*]}: not ended within $STOP_TIMEOUT_S s"
      kill -KILL "${alive[@]}" 2>/dev/null || true
    fi
    sleep 0.1
  done
  rm -rf -- "$dir"
}

# Runs "$@" and returns its status. In the background, since bash runs no trap while it waits for a foreground command;
# with the shell's own stdin and with the SIGINT that bash takes from background commands.
run_command() {
  local command status
  env --default-signal=INT "$@" <&0 &
  command=$!
  trap 'kill -TERM $command 2>/dev/null || true' TERM
  trap '[[ -t 0 ]] || kill -INT $command 2>/dev/null || true' INT # a terminal sends it to the command itself
  while true; do
    status=0
    wait "$command" || status=$? # also ends when a signal came
    kill -0 "$command" 2>/dev/null || return "$status"
  done
}

[[ $# -ge 1 ]] || usage
verb=$1
shift
case $verb in
start)
  [[ $# -ge 1 && $# -le 2 && ${2:-1} == [13] ]] || usage
  dir=$1
  start_cluster "${2:-1}"
  trap - EXIT
  echo "$brokers"
  ;;
stop)
  [[ $# -eq 1 ]] || usage
  [[ -f $1/pids ]] || die "no cluster in $1"
  dir=$(cd "$1" && pwd -P)
  stop_cluster
  ;;
with)
  count=1
  [[ ${1:-} != [13] ]] || { count=$1; shift; }
  [[ ${1:-} == -- && $# -ge 2 ]] || usage
  shift
  [[ -z ${KAFKA_BROKERS:-} ]] || exec "$@"
  dir=$(mktemp -d -t jianwei-kafka.XXXXXX)
  start_cluster "$count"
  export KAFKA_BROKERS=$brokers
  run_command "$@"
  ;;
tool)
  [[ $# -ge 1 ]] || usage
  fetch_jars
  tool "$@"
  ;;
lib)
  fetch_jars
  echo "$lib"
  ;;
*) usage ;;
esac
