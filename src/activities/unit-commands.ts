import { createHash } from 'node:crypto';
import { sh } from '../facts/sh.js';

/** What a host says of a unit. */
export type Sight =
  /** Never begun, and systemd has no such unit. */
  | { readonly state: 'absent'; readonly free: number }
  | { readonly state: 'running'; readonly line: string }
  /** `told`: somebody was given this end before. `free`: KiB left on the disk of its folder. */
  | ({ readonly state: 'ended'; readonly code: number; readonly output: string; readonly told: boolean } & Run)
  /** Begun, not there any more, and nothing says how it ended. `restarted`: the host was, since it began. */
  | ({ readonly state: 'lost'; readonly restarted: boolean } & Run);

interface Run {
  /** systemd's invocation id: another one each time that a unit is started. */
  readonly id: string;
  readonly free: number;
}

/** Where units keep their script, output and exit code; a folder each. */
export const unitsFolder = '/var/lib/kha/units';

/** systemd kills what does not end by itself; milliseconds that stopping a unit may take. */
export const stopping = 10_000;

/** Seconds after which a host says that a unit is still at work, with the last line that it wrote. */
const waiting = 2;
/** Exit code of flock's own for a lock that did not come free in time. */
const busy = 75;

const environment =
  '--setenv=LC_ALL=C --setenv=HOME=/root --setenv=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * What a unit runs. Its first act is the mark that it began: the folder `run`, made under another name and renamed, which
 * only one start can do, however often it was asked for. The exit code is written over bytes that are there already, so
 * that a disk that has filled meanwhile does not keep it from being told. The unit's own shell holds a lock until then, and
 * nothing that the script leaves behind does.
 */
const body = (folder: string): string =>
  sh`cd ${folder} && [ ! -e cancelled ] && ` +
  'new=run.$INVOCATION_ID && mkdir $new && cat /proc/sys/kernel/random/boot_id >$new/boot && ' +
  'echo $INVOCATION_ID >$new/id && echo none >$new/exit && exec 9<$new/id && flock 9 && sync $new/* $new && mv -T $new run || ' +
  '{ rm -rf $new; exit 1; }; sync .; ' +
  'sh script >run/output 2>&1 9<&-; code=$?; ' +
  "printf '%-4s\\n' $code 1<>run/exit; sync run/exit; exit $code";

/** Starts a unit, its script on standard input; does nothing when a start that was asked for before has begun. */
export function starting(unit: string, script: string): string {
  const folder = `${unitsFolder}/${unit}`;
  const hash = createHash('sha256').update(script).digest('hex');
  return (
    sh`set -e; umask 077; mkdir -p -m 0700 ${unitsFolder} ${folder}; cd ${folder}; [ ! -e run ] || exit 0; ` +
    `new=$(mktemp .script.XXXXXX); trap 'rm -f $new' EXIT; cat >$new; ` +
    // A connection that breaks ends the input like a file that ends.
    sh`case $(sha256sum <$new) in ${hash}*) ;; *) echo 'the script was cut short' >&2; exit 1;; esac; ` +
    'sync $new; mv -f $new script; ' +
    // A run that was put aside may just be ending, and systemd has no two units of one name.
    sh`for try in $(seq 30); do [ ! -e run ] || exit 0; systemctl -q is-active ${unit}.service || break; sleep 0.1; done; ` +
    sh`systemd-run -q --unit=${unit} --description=${unit} --collect --no-block --property=KillMode=control-group --property=TimeoutStopSec=${stopping / 1000} ` +
    `${environment} ${sh`sh -c ${body(folder)}`}; ` +
    'for try in $(seq 30); do [ ! -e run ] || exit 0; sleep 0.1; done'
  );
}

/** The mark first: a start that is still on its way finds it and does not begin. All units of the family are stopped. */
export const stoppingAll = (unit: string, family: string): string =>
  sh`mkdir -p -m 0700 ${unitsFolder} ${`${unitsFolder}/${unit}`} && touch ${`${unitsFolder}/${unit}/cancelled`}; ` +
  sh`systemctl stop ${`${family}-*.service`}`;

/** Puts a run aside, so that the unit can be started afresh; a newer run than the one that was seen stays. */
export const puttingAside = (unit: string, id: string, why: string): string =>
  sh`cd ${`${unitsFolder}/${unit}`} && if [ "$(cat run/id)" = ${id} ]; then mv -T run ${`run.${why}-${id}`}; fi`;

/** Units of a step on this host that are at work, whatever run of an operation began them. */
export const listing = (family: string): string =>
  sh`systemctl list-units --plain --no-legend --state=active,reloading,activating,deactivating ${`${family}-*.service`}`;

/**
 * Asks for a unit. Its exit code is looked for before systemd is asked and again after it: it is written before the unit
 * ends. Only systemd's own word counts for a unit that is not there.
 */
export const looking = (unit: string): string => toldOf(unit) + askedFor(unit);

/**
 * The same once it has ended, or while it runs after some seconds: its lock is waited for, which costs the host nothing. A
 * unit that holds none has begun with an earlier kha, or is about to begin or to be gone.
 */
export const awaiting = (unit: string): string =>
  toldOf(unit) +
  `if ! ended; then { flock -s -w ${waiting} -E ${busy} 8 8<$run/id; } 2>/dev/null; [ $? -eq ${busy} ] || ended || sleep 0.3; fi; ` +
  askedFor(unit);

const toldOf = (unit: string): string =>
  sh`run=${`${unitsFolder}/${unit}/run`}; free() { set -- $(df -Pk ${unitsFolder} 2>/dev/null | tail -n 1); echo \${4:-0}; }; ` +
  'ended() { { read -r code <$run/exit; } 2>/dev/null && case $code in ""|*[!0-9]*) false;; esac; }; ' +
  'tell() { told=new; [ ! -e $run/told ] || told=told; echo "ended $code $(cat $run/id) $(free) $told"; touch $run/told; cat $run/output; exit 0; } 2>/dev/null; ';

const askedFor = (unit: string): string =>
  'if ended; then tell; fi; ' +
  sh`state=$(systemctl show --property=ActiveState,Job ${`${unit}.service`}) || exit 1; ` +
  'case $state in *Job=[1-9]*|*State=active*|*State=activating*|*State=deactivating*|*State=reloading*|*State=refreshing*|*State=maintenance*) echo running; tail -n 1 $run/output 2>/dev/null; exit 0;; ' +
  '*State=inactive*|*State=failed*) ;; *) echo "systemctl said: $state" >&2; exit 1;; esac; ' +
  'if ended; then tell; fi; ' +
  'if [ ! -e $run ]; then echo "absent $(free)"; exit 0; fi; ' +
  'boot=same; [ "$(cat $run/boot)" = "$(cat /proc/sys/kernel/random/boot_id)" ] || boot=other; echo "lost $boot $(cat $run/id) $(free)"';

/** Reads what `looking` printed; undefined when that is no answer. */
export function sightOf(stdout: string): Sight | undefined {
  const end = stdout.indexOf('\n');
  const [state, ...words] = stdout.slice(0, end).split(' ');
  const rest = stdout.slice(end + 1);
  if (state === 'running') return { state, line: rest.trimEnd() };
  if (state === 'absent') return { state, free: Number(words[0]) };
  const [first = '', id = '', free = ''] = words;
  if (!/^[0-9a-f]{32}$/.test(id) || !/^\d+$/.test(free)) return undefined;
  if (state === 'lost') return { state, restarted: first === 'other', id, free: Number(free) };
  if (state !== 'ended' || !/^\d+$/.test(first)) return undefined;
  return { state, code: Number(first), id, free: Number(free), told: words[3] === 'told', output: rest };
}
