import * as steps from '../../steps/index.js';
import { hostsOf, labelOf, subjectText, type Line, type Progress } from '../../workflows/messages.js';

const does = new Map(Object.values(steps).map((step) => [step.name, step.does]));

export interface PlanFacts {
  readonly cluster: string;
  readonly kubernetes: string;
  /** Hosts that the plan is about, where that is not the whole cluster. */
  readonly subject?: readonly string[];
  readonly changes: readonly {
    readonly stage: string;
    readonly host: string;
    readonly others?: readonly string[];
    readonly step: string;
    readonly does: string;
    readonly missing: readonly string[];
  }[];
  readonly problems: readonly { readonly host: string; readonly step: string; readonly problem: string }[];
  readonly warnings: readonly {
    readonly host: string;
    readonly others?: readonly string[];
    readonly warning: string;
  }[];
}

export function planFacts({ cluster, kubernetes, subject, lines }: Progress): PlanFacts {
  return {
    cluster,
    kubernetes,
    ...(subject ? { subject } : {}),
    changes: lines
      .filter(({ state }) => state === 'would change')
      .map(({ stage, step, missing = [], ...line }) => ({
        stage,
        ...sharing(line),
        step,
        does: does.get(step) ?? '',
        missing,
      })),
    problems: lines.flatMap(({ state, host, step, problem }) =>
      state === 'failed' ? [{ host, step, problem: problem ?? '' }] : [],
    ),
    warnings: lines.flatMap(({ warnings = [], ...line }) => warnings.map((warning) => ({ ...sharing(line), warning }))),
  };
}

const sharing = ({ host, others }: Pick<Line, 'host' | 'others'>) => ({ host, ...(others ? { others } : {}) });

/** The plan in words, host by host within each stage. */
export function planText({ cluster, kubernetes, subject, changes, problems, warnings }: PlanFacts): string {
  const parts: string[] = [];
  for (const stage of [...new Set(changes.map((change) => change.stage))]) {
    const rows = changes
      .filter((change) => change.stage === stage)
      .map(
        ({ step, missing, ...line }) =>
          `  ~ ${labelOf(line).padEnd(8)} ${step.padEnd(28)} ${missing.slice(0, 3).join('; ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}`,
      );
    parts.push([stage, ...rows].join('\n'));
  }
  if (warnings.length > 0)
    parts.push(
      ['Warnings', ...warnings.map(({ warning, ...line }) => `  ! ${labelOf(line).padEnd(8)} ${warning}`)].join('\n'),
    );
  if (problems.length > 0)
    parts.push(
      ['Problems', ...problems.map(({ problem }) => `  ✗ ${problem.replaceAll('\n\n', '\n    ')}`)].join('\n'),
    );
  const all = changes.flatMap(hostsOf);
  const hosts = new Set(all).size;
  const ahead = changes.length === 0 ? 'nothing to do' : `${all.length} steps on ${hosts} hosts would change something`;
  parts.push(
    `${subject ? `${subjectText(subject)} in ` : ''}${cluster}, Kubernetes ${kubernetes}: ${ahead}${problems.length > 0 ? `; ${problems.length} problems would stop an install` : ''}`,
  );
  return parts.join('\n\n');
}
