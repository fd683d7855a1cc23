#!/usr/bin/env bash
# The whole example: makes a small shop, backs it up, destroys it for real, and lets drplan bring it back by
# plans/orders.yaml. Exits with drplan's exit code. Needs the release build (`make run` makes it first).
#
#   examples/orders/run.sh [--keep]     --keep leaves the recovered service running
#
# Everything happens in var/ of this repository and on 127.0.0.1:18080.
set -euo pipefail

keep=no
case "${1:-}" in
  "") ;;
  --keep) keep=yes ;;
  *)
    echo "usage: examples/orders/run.sh [--keep]" >&2
    exit 2
    ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bin=.build/release
drplan=${DRPLAN:-$bin/drplan}
orders=$bin/orders-example
data=var/orders
pid_file=$data/orders-api.pid
log=$data/orders-api.log
url=http://127.0.0.1:18080

say() { printf '\n==> %s\n' "$*"; }
fail() {
  printf 'run.sh: %s\n' "$*" >&2
  exit 1
}

# The service's process id, if the pid file names a process that is one: a stale file may name anybody's.
service_pid() {
  local pid
  [[ -r $pid_file ]] && read -r pid <"$pid_file" && [[ $pid =~ ^[0-9]+$ ]] || return 1
  [[ $(cat "/proc/$pid/comm" 2>/dev/null) == orders-example ]] && echo "$pid"
}

stop_service() {
  local pid
  if pid=$(service_pid); then
    kill -TERM "$pid" 2>/dev/null || true
    for _ in {1..50}; do
      service_pid >/dev/null || break
      sleep 0.1
    done
    # One that does not end by itself is of no use to the next run.
    if service_pid >/dev/null; then kill -KILL "$pid" 2>/dev/null || true; fi
  fi
  rm -f "$pid_file"
}

port_is_taken() { (exec 3<>/dev/tcp/127.0.0.1/18080) 2>/dev/null; }
get() { curl -sS --fail-with-body --max-time 10 "$@"; }
count_orders() { get "$url/orders/count" | tr -dc '0-9'; }

start_service() {
  # In a session of its own, so that Ctrl-C here does not end what drplan is to find dead or alive.
  setsid "$orders" serve --database "$data/orders.db" --port 18080 >>"$log" 2>&1 </dev/null &
  local pid=$!
  echo "$pid" >"$pid_file"
  disown
  for _ in {1..100}; do
    if get -o /dev/null "$url/healthz" 2>/dev/null; then return; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 "$log" >&2
  fail "the service did not become healthy; its log is $log"
}

for program in "$drplan" "$orders"; do
  [[ -x $program ]] || fail "$program is not built; run \`make run\`, or \`make release\` first"
done

say "Clearing what an earlier run left behind"
stop_service
if port_is_taken; then fail "another program listens on 127.0.0.1:18080; stop it and run this again"; fi
mkdir -p "$data"
# The seeded data may stay if it is whole, which \`seed\` finds out; everything else is made anew.
find "$data" -mindepth 1 -maxdepth 1 ! -name 'orders.db*' ! -name attachments ! -name seeded -exec rm -rf {} +
rm -rf var/backups var/state
export DRPLAN_STATE=$PWD/var/state

say "Making the shop's data"
"$orders" seed "$data" 2>/dev/null || "$orders" seed "$data" --force

say "Starting the service"
if [[ $keep == no ]]; then trap stop_service EXIT; fi
start_service
echo "$url serves $(count_orders) orders"

say "Backing up: drplan backup plans/orders.yaml"
"$drplan" backup plans/orders.yaml

say "Placing 25 orders that no backup knows"
for _ in {1..25}; do get -o /dev/null -X POST "$url/orders"; done
before=$(count_orders)
echo "$url serves $before orders"

say "Disaster"
disaster=$("$orders" disaster --database "$data/orders.db" --attachments "$data/attachments" --pid-file "$pid_file")
echo "$disaster"
disrupted_at=$(sed -n 's/^disrupted at //p' <<<"$disaster")

say "Recovering: drplan run plans/orders.yaml --disrupted-at $disrupted_at"
code=0
"$drplan" run plans/orders.yaml --disrupted-at "$disrupted_at" --state var/state || code=$?

say "What is there now"
if after=$(count_orders 2>/dev/null) && [[ -n $after ]]; then
  echo "$url serves $after orders; the disaster cost $((before - after)) of $before"
else
  echo "$url does not serve orders"
fi
# Counted by one character each, as names may hold line breaks.
echo "$data/attachments holds $(find "$data/attachments" ! -type d -printf x 2>/dev/null | wc -c) files"
case $code in
  0) echo "Verdict: recovered, every check passed, RTO and RPO met" ;;
  3) echo "Verdict: recovered, but an objective was missed or could not be measured" ;;
  4) echo "Verdict: recovered with exceptions" ;;
  *) echo "Verdict: not recovered (drplan exit code $code)" ;;
esac
if [[ $keep == yes ]]; then echo "The service runs on; \`kill \$(cat $pid_file)\` stops it"; fi
exit "$code"
