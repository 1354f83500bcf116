import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Cluster } from '../../src/cluster/cluster.js';
import type { Output } from '../../src/facts/fact.js';
import { inRoot } from '../root.js';

/**
 * One command that a real host of the lab was given, and its answer. `read` asks and changes nothing; `change` is what a
 * step ran or wrote; `unit` the script of a transient unit.
 */
export interface Recorded {
  readonly kind: 'read' | 'change' | 'unit';
  readonly host: string;
  readonly command: string;
  readonly output: Output;
  /** Changes that had been carried out by then anywhere in the cluster, as indices into the list of them. */
  readonly after: readonly number[];
}

export interface Recording {
  /** The version of kha that installed, as the cluster's record has it. */
  readonly kha: string;
  readonly cluster: Cluster;
  readonly changes: readonly { readonly host: string; readonly command: string }[];
  readonly commands: readonly Recorded[];
}

export const recordingFile = inRoot('test/simulation/lab-install.json.gz');

export const readRecording = (): Recording =>
  JSON.parse(gunzipSync(readFileSync(recordingFile)).toString('utf8')) as Recording;
