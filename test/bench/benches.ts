import type { Bench } from './bench.js';
import { addNode } from './add-node.js';
import { fanout } from './fanout/fanout.js';
import { noop } from './noop.js';
import { resume } from './resume.js';
import { install } from './install/install.js';
import { scale } from './scale.js';
import { ssh } from './ssh.js';
import { start } from './start.js';

/** In the order of docs/performance.md. */
export const benches: readonly Bench[] = [start, ssh, fanout, noop, scale, addNode, resume, install];
