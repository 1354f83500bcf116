import type { Progress } from '../../../src/workflows/messages.js';
import { ground } from '../../lab/ground.js';
import type { Bench } from '../bench.js';
import { rounded } from '../line.js';
import { milliseconds } from '../stopwatch.js';
import { ByHand } from './by-hand.js';
import { criticalPath, idle, picture, spans } from './critical-path.js';

const name = 'speed';
const drawing = 'pictures/install.svg';
/** Steps that end once that is so for which the install by hand waits at last: every node Ready, CoreDNS up. */
const asByHand: ReadonlySet<string> = new Set(['checkNodes', 'checkComponents']);

export const install: Bench = {
  name: 'install',
  title: 'An install in the lab',
  how: 'Three control planes with etcd and a load balancer on them and one worker, from bare hosts until all nodes are Ready and CoreDNS is up, and to the end of `kha install`, when names and pods are proved to be reached from every node. Against the same by hand in the same lab, with the same packages, programs and settings at hand: hosts prepared one after another, `kubeadm init` and joins one after another, Calico, nodes Ready and CoreDNS up; no load balancer, no proof. Each in a lab of its own whose hosts were just started.',
  full: { sizes: [3], runs: 1 },
  inLab: true,
  smallest: { sizes: [1], runs: 1 },
  async measure({ sizes: [masters = 3], runs }) {
    const seconds: Record<'kha' | 'up' | 'hand' | 'idle', number[]> = { kha: [], up: [], hand: [], idle: [] };
    let notes: string[] = [];
    let svg = '';
    const site = ground(name);
    const { done, spec, remove } = site;
    const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
    const byHand = new ByHand(site, name);
    try {
      await done('engine', 'start');
      for (let run = 0; run < runs; run += 1) {
        await lab('up', '--control-planes', `${masters}`);
        const whole = (await milliseconds(() => done('install', spec))) / 1000;
        seconds.kha.push(whole);
        const {
          lines,
          startedAt,
          endedAt = 0,
        } = JSON.parse(await done('status', name, '--steps', '--output', 'json')) as Progress;
        const all = spans(lines, startedAt);
        const end = (endedAt - startedAt) / 1000;
        // The process began before the run did.
        seconds.up.push(whole - end + Math.max(...all.filter(({ step }) => asByHand.has(step)).map(({ to }) => to)));
        seconds.idle.push((idle(all, end) / end) * 100);
        svg = picture(all, end);
        notes = [
          `What the end of the last run waited for, of the steps that took more than a second: ${criticalPath(all)
            .filter(({ from, to }) => to - from > 1)
            .map(({ step, host, from, to }) => `${step} on ${host} ${rounded(to - from)} s`)
            .join(', ')}.`,
          `![One bar a step and host](${drawing})`,
        ];
        await byHand.gather();
        await lab('down');
        await lab('up', '--control-planes', `${masters}`);
        const { virtualAddress } = JSON.parse(await lab('status', '--output', 'json')) as { virtualAddress: string };
        seconds.hand.push((await milliseconds(() => byHand.install(virtualAddress))) / 1000);
        await lab('down');
      }
    } finally {
      await done('engine', 'stop');
      await lab('down');
      remove();
    }
    const up = { what: '`kha install`, until nodes are Ready and CoreDNS is up', runs: seconds.up, unit: 's' } as const;
    const hand = { what: 'by hand, one after another', runs: seconds.hand };
    return {
      lines: [
        { ...up, goal: { words: '≤ 60 s', median: 60 } },
        { ...up, against: hand, goal: { words: '≥ 2.2 times faster', ratio: 1 / 2.2 } },
        { what: '`kha install`, to its end', runs: seconds.kha, unit: 's', against: hand },
        {
          what: 'of it, percent in which no step is at work on any host',
          runs: seconds.idle,
          unit: '',
          goal: { words: '≤ 5', median: 5 },
        },
      ],
      notes,
      picture: { file: drawing, svg },
    };
  },
};
