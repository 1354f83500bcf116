import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../explain.js';
import { translateK0sctl } from './k0sctl.js';
import { translateKubekey } from './kubekey.js';
import { translateKubeone } from './kubeone.js';
import { translateKubespray, type VariablesFile } from './kubespray.js';
import type { Translation } from './ledger.js';

export const tools = ['kubespray', 'kubeone', 'k0sctl', 'kubekey'] as const;
export type Tool = (typeof tools)[number];

/** Far beyond any real inventory. */
const largest = 4 * 1024 * 1024;
const inventories = /^(hosts|inventory)(\.(ini|cfg|ya?ml|json))?$/;

/** Reads another tool's file, and what lies beside a kubespray inventory. Throws UsageError, and SpecProblems. */
export async function translate(tool: Tool, path: string): Promise<Translation> {
  const file = tool === 'kubespray' ? await inventoryIn(path) : path;
  const text = await textOf(file);
  if (tool === 'kubeone') return translateKubeone(file, text);
  if (tool === 'k0sctl') return translateK0sctl(file, text);
  if (tool === 'kubekey') return translateKubekey(file, text);
  const folder = dirname(file);
  const variables = [...(await variablesIn(folder, 'group')), ...(await variablesIn(folder, 'host'))];
  return translateKubespray({ file, text }, basename(resolve(folder)), variables);
}

async function inventoryIn(path: string): Promise<string> {
  if (!(await kind(path))?.isDirectory()) return path;
  const found = (await readdir(path)).filter((name) => inventories.test(name)).sort();
  if (found.length === 1) return join(path, found[0]!);
  throw new UsageError(
    `${path} is a folder with ${found.length === 0 ? 'no inventory in it (hosts.yaml, inventory.ini …)' : `several inventories (${found.join(', ')})`}; name the file`,
  );
}

/** `group_vars/NAME.yml` and `group_vars/NAME/*`, in the order that Ansible reads them. */
async function variablesIn(folder: string, scope: VariablesFile['scope']): Promise<VariablesFile[]> {
  const root = join(folder, `${scope}_vars`);
  if (!(await kind(root))?.isDirectory()) return [];
  const files: VariablesFile[] = [];
  for (const name of (await readdir(root)).filter((one) => !/^\.|~$/.test(one)).sort()) {
    const path = join(root, name);
    const isFolder = (await kind(path))?.isDirectory();
    const inside = isFolder ? (await readdir(path)).filter((one) => isVariables.test(one)).sort() : [''];
    if (!isFolder && !isVariables.test(name)) continue;
    for (const one of inside) {
      const file = one ? join(path, one) : path;
      files.push({ file, text: await textOf(file), scope, of: isFolder ? name : name.replace(/\.(ya?ml|json)$/, '') });
    }
  }
  return files;
}

/** What Ansible reads there: files of these endings, or of none. */
const isVariables = /^[^.][^.]*(\.(ya?ml|json))?$/;

const kind = (path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> => stat(path).catch(() => undefined);

async function textOf(file: string): Promise<string> {
  try {
    const about = await stat(file);
    if (!about.isFile()) throw new UsageError(`${file} is no file`);
    if (about.size > largest) throw new UsageError(`${file} is too large for an inventory (${about.size} bytes)`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
    if (text.includes('\0')) throw new UsageError(`${file} is binary, and no inventory`);
    return text;
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${file} is not UTF-8 text, and no inventory`);
    if (error instanceof Error && 'code' in error) throw new UsageError(`${file} cannot be read: ${error.message}`);
    throw error;
  }
}
