import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

export interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly user?: string;
  readonly restart?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** docker-compose.yml as `docker compose` reads it with these variables (compose-spec, interpolation). Throws on a missing one. */
export async function readCompose(file: string, variables: Readonly<Record<string, string>>): Promise<Compose> {
  return interpolated(parse(await readFile(file, 'utf8'), { merge: true }) as Compose, variables);
}

function interpolated<T>(value: T, variables: Readonly<Record<string, string>>): T {
  if (typeof value === 'string') return expand(value, variables) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => interpolated(one, variables)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, interpolated(one as unknown, variables)]),
  ) as T;
}

/** `$$`, `${NAME}`, `${NAME:-default}` and `${NAME:?message}`; anything else with a dollar sign is refused. */
const expand = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replace(
    /\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\}|)/g,
    (found, dollar?: string, name?: string, operator?: string, word: string = ''): string => {
      if (dollar) return '$';
      if (!name) throw new Error(`docker-compose.yml: what is ${found} in ${JSON.stringify(text)}?`);
      const value = variables[name] ?? '';
      if (value !== '') return value;
      if (operator === '?') throw new Error(`docker-compose.yml: ${name}: ${word}`);
      return operator === '-' ? word : '';
    },
  );
