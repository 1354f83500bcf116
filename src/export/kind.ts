import type { Change } from './notes.js';

/** Folders of an export, in the order in which they are applied. */
export const folders = [
  '00-namespaces',
  '01-definitions',
  '02-classes',
  '03-accounts',
  '04-roles',
  '05-configuration',
  '06-volumes',
  '07-services',
  '08-policies',
  '09-workloads',
  '10-traffic',
  '11-custom-resources',
  '12-webhooks',
] as const;
export type Folder = (typeof folders)[number];

export interface Kind {
  readonly kind: string;
  /** apiVersions that it had and that are served no more, or soon: newest first. */
  readonly was: readonly string[];
  readonly today: string;
  readonly folder: Folder;
  /** In which version a cluster is asked for it, where today's would not tell all. */
  readonly asked?: string;
  readonly changes: readonly Change[];
  /** What changes in it beside its apiVersion, for the table in docs/from-1.9-to-today.md. */
  readonly says: string;
}

/** A line of the tables of kinds. */
export const row = (
  kind: string,
  was: readonly string[],
  today: string,
  folder: Folder,
  changes: readonly Change[],
  says: string,
  asked?: string,
): Kind => ({ kind, was, today, folder, changes, says, ...(asked === undefined ? {} : { asked }) });
