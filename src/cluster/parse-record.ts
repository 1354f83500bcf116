import { z } from 'zod';
import { recordVersion } from './record-version.js';
import { clusterSchema } from './schema.js';

/** A host that was removed: how it was reached, and by which run it went. */
const removed = z.strictObject({
  name: z.string(),
  address: z.string(),
  ssh: clusterSchema.shape.ssh,
  run: z.string(),
  at: z.iso.datetime(),
});

const schema = z.strictObject({
  schema: z.literal(recordVersion),
  /** The kha whose worker wrote it. */
  kha: z.string(),
  operation: z.string(),
  /** Temporal's run id. */
  run: z.string(),
  at: z.iso.datetime(),
  /** SHA-256 of the spec, in hex. */
  digest: z.string(),
  /** With every default filled in. Holds references to secrets, never a secret. */
  spec: clusterSchema,
  removed: z.array(removed),
});

/** What was applied to a cluster, by whom and when; kept on its control planes and in the cluster itself. */
export type ClusterRecord = Readonly<z.output<typeof schema>>;

/** A record as it was read back: itself, or in words why it cannot be read. */
export type ReadBack = { readonly record: ClusterRecord } | { readonly unreadable: string };

/** Reads a record that this or another kha wrote; never throws. */
export function parseRecord(text: string): ReadBack {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    return { unreadable: `is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = schema.safeParse(found);
  if (parsed.success) return { record: parsed.data };
  const { schema: version, kha } = (found ?? {}) as { schema?: unknown; kha?: unknown };
  if (typeof version === 'number' && version > recordVersion)
    return {
      unreadable: `was written by kha ${String(kha)} with schema ${version}; this kha reads ${recordVersion}: use that kha, or a newer one`,
    };
  const [issue] = parsed.error.issues;
  return { unreadable: `does not read as a record: ${issue?.path.join('.') || 'as a whole'}: ${issue?.message}` };
}
