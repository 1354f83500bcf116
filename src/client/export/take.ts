import { groupOf, isFields, listAt, textAt, wordsAt, type KubeObject } from '../../export/fields.js';
import { kindOf } from '../../export/kinds.js';
import { isState } from '../../export/left-behind.js';
import { Refused, type Ask } from './api.js';

/** Everything that a cluster's API keeps and that may have a place in another. */
export interface Taken {
  readonly version: string;
  readonly objects: readonly KubeObject[];
  /** What was not asked, and why. */
  readonly unread: readonly string[];
}

interface Resource {
  readonly apiVersion: string;
  readonly name: string;
  readonly kind: string;
}

/** Objects a list gives at once (API chunking: beta since 1.9; older servers give all of them). */
const limit = 500;
/** How often a list is begun anew whose page's turn was over (410: etcd was compacted). */
const beginnings = 3;

/**
 * Reads all objects of a cluster, each kind in one of the versions that are served. The lists are taken one after the other,
 * and so are no picture of one moment. Throws what `ask` throws, and then nothing is known.
 */
export async function takeObjects(ask: Ask, tell: (words: string) => void = () => undefined): Promise<Taken> {
  const version = textAt(await ask('/version'), 'gitVersion') ?? 'unknown';
  const groups = await groupsOf(ask);
  const others = await otherServers(ask, groups);
  const unread: string[] = [];
  const resources: Resource[] = [];
  for (const { versions } of groups)
    for (const apiVersion of versions) {
      const other = others.get(apiVersion);
      if (other === undefined) resources.push(...(await resourcesOf(ask, apiVersion)));
      else unread.push(`${apiVersion}: another API server keeps it (${other}); move what it keeps by its own means`);
    }
  const objects: KubeObject[] = [];
  for (const resource of chosen(resources, groups)) {
    const found = await listOf(ask, resource);
    if (found.length > 0) tell(`${found.length} ${resource.name} (${resource.apiVersion})`);
    objects.push(...found);
  }
  return { version, objects, unread };
}

interface Group {
  readonly name: string;
  /** apiVersions, the server's favourite first. */
  readonly versions: readonly string[];
}

async function groupsOf(ask: Ask): Promise<Group[]> {
  const groups = listAt(await ask('/apis'), 'groups').map((group) => {
    const served = listAt(group, 'versions').map((one) => textAt(one, 'groupVersion') ?? '');
    const preferred = textAt(group, 'preferredVersion', 'groupVersion') ?? '';
    return {
      name: textAt(group, 'name') ?? '',
      versions: [...new Set([preferred, ...served])].filter((one) => one !== ''),
    };
  });
  return [{ name: '', versions: ['v1'] }, ...groups];
}

/** apiVersions behind which there is another API server, and its Service. Servers before 1.7 had none. */
async function otherServers(ask: Ask, groups: readonly Group[]): Promise<Map<string, string>> {
  const apiVersion = groups.find(({ name }) => name === 'apiregistration.k8s.io')?.versions[0];
  const found = new Map<string, string>();
  if (apiVersion === undefined) return found;
  for (const one of await listOf(ask, { apiVersion, name: 'apiservices', kind: 'APIService' })) {
    const service = textAt(one, 'spec', 'service', 'name');
    const key = `${textAt(one, 'spec', 'group')}/${textAt(one, 'spec', 'version')}`;
    if (service !== undefined) found.set(key, `${textAt(one, 'spec', 'service', 'namespace')}/${service}`);
  }
  return found;
}

async function resourcesOf(ask: Ask, apiVersion: string): Promise<Resource[]> {
  return listAt(await ask(pathOf(apiVersion)), 'resources').flatMap((one) => {
    const [name, kind] = [textAt(one, 'name'), textAt(one, 'kind')];
    const listed =
      name !== undefined && kind !== undefined && !name.includes('/') && wordsAt(one, 'verbs').includes('list');
    return listed ? [{ apiVersion, name, kind }] : [];
  });
}

/** Of each kind one version: that in which it tells all, else today's, else the newest of the old ones, else the server's favourite. */
function chosen(resources: readonly Resource[], groups: readonly Group[]): Resource[] {
  const favourites = new Set(groups.map(({ versions }) => versions[0]));
  const byKind = new Map<string, { readonly rank: number; readonly resource: Resource }>();
  for (const resource of resources.filter((one) => !isState(one))) {
    const kind = kindOf(resource);
    const order = kind ? [...(kind.asked ? [kind.asked] : []), kind.today, ...kind.was] : [];
    const known = order.indexOf(resource.apiVersion);
    const rank = known >= 0 ? known : favourites.has(resource.apiVersion) ? 100 : 101;
    const key = kind ? `${kind.today} ${kind.kind}` : `${groupOf(resource.apiVersion)}/${resource.kind}`;
    if (rank < (byKind.get(key)?.rank ?? Infinity)) byKind.set(key, { rank, resource });
  }
  return [...byKind.values()].map(({ resource }) => resource);
}

const pathOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

async function listOf(ask: Ask, resource: Resource): Promise<KubeObject[]> {
  for (let begun = 1; ; begun++) {
    try {
      return await pagesOf(ask, resource);
    } catch (error) {
      if (!(error instanceof Refused && error.status === 410) || begun === beginnings) throw error;
    }
  }
}

/** Members of a list name neither apiVersion nor kind: they are the list's. */
async function pagesOf(ask: Ask, { apiVersion, name, kind }: Resource): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  for (let more: string | undefined = ''; more !== undefined;) {
    const query: string = more === '' ? `limit=${limit}` : `limit=${limit}&continue=${encodeURIComponent(more)}`;
    const page: unknown = await ask(`${pathOf(apiVersion)}/${name}?${query}`);
    if (!isFields(page) || !(Array.isArray(page['items']) || page['items'] === null))
      throw new Error(`GET ${pathOf(apiVersion)}/${name}: the answer is no list`);
    for (const one of listAt(page, 'items'))
      found.push({ ...one, apiVersion, kind, metadata: isFields(one['metadata']) ? one['metadata'] : {} });
    more = textAt(page, 'metadata', 'continue') || undefined;
  }
  return found;
}
