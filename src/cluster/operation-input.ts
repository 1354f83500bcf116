import { z } from 'zod';
import { inputVersion } from './input-version.js';
import { clusterSchema } from './schema.js';
import { subjectSchema } from './subject.js';

const schema = z.strictObject({
  schema: z.literal(inputVersion),
  /** The kha that started the run. */
  kha: z.string(),
  /** `plan` only looks. */
  mode: z.enum(['apply', 'plan']),
  cluster: clusterSchema,
  /** Left out of a run about the whole cluster. */
  subject: subjectSchema.optional(),
});

/** What an operation's workflow is started with; the workflow id is `cluster/<name>` (`plan/<name>/…` for a plan). */
export type OperationInput = Readonly<z.output<typeof schema>>;

/** An input that this kha did not write and cannot read. */
export class ForeignInput extends Error {
  override readonly name = 'ForeignInput';
}

const partSchema = z.looseObject({
  schema: z.literal(inputVersion),
  of: z.strictObject({ workflowId: z.string(), runId: z.string() }),
});

/** The run that a workflow is a part of; undefined of one that is a run itself. */
export const wholeOf = (found: unknown): { readonly workflowId: string; readonly runId: string } | undefined =>
  partSchema.safeParse(found).data?.of;

/** Reads an input that comes out of a history. Throws ForeignInput where another kha, or another program, began the run. */
export function readInput(found: unknown, workflowId: string): OperationInput {
  const parsed = schema.safeParse(found);
  if (parsed.success) return parsed.data;
  const { schema: version, kha } = (found ?? {}) as { schema?: unknown; kha?: unknown };
  if (typeof version !== 'number')
    throw new ForeignInput(
      `the run ${workflowId} was not started by kha, or by one from before its first release: its input names no schema`,
    );
  const by = `the run ${workflowId} was started by kha ${String(kha)}`;
  if (version > inputVersion)
    throw new ForeignInput(
      `${by} with an input of schema ${version}; this kha reads ${inputVersion}: use that kha, or a newer one`,
    );
  const [issue] = parsed.error.issues;
  throw new ForeignInput(
    `${by}, and its input does not read as schema ${version}: ${issue?.path.join('.')}: ${issue?.message}; where the worker is of older code than that kha, restart it: kha engine stop, or kha worker`,
  );
}
