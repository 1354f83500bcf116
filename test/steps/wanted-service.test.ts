import { describe, expect, it } from 'vitest';
import { enabled, readAnew } from '../../src/steps/wanted-service.js';
import { shellWith } from '../shell.js';

const asItIs = 'NeedDaemonReload=no\nUnitFileState=enabled\nLoadState=loaded';

/** What systemctl was told, where it says this of the unit. */
function told(script: string, { shown = asItIs, state = 'enabled' } = {}): string[] {
  const systemctl = `case $1 in show) printf '${shown}\\n';; is-enabled) echo ${state};; *) echo "$*" >&2;; esac`;
  const { code, stderr } = shellWith({ systemctl }, ['grep'], `${script} && systemctl restart it`);
  expect(code).toBe(0);
  return stderr.trim().split('\n');
}

const reload = 'daemon-reload';
const enable = 'enable -q --no-reload it.service';

describe('systemd', () => {
  it.each([
    ['knows the unit as it lies there', asItIs, []],
    ['knows an older one', asItIs.replace('Reload=no', 'Reload=yes'), [reload]],
    ['remembers that there was none', asItIs.replace('loaded', 'not-found'), [reload]],
    ['remembers that it was not enabled', asItIs.replace('enabled', 'disabled'), [reload]],
    ['says nothing', '', [reload]],
  ])('is told to read everything anew only where it needs to: it %s', (_, shown, wanted) => {
    expect(told(readAnew('it.service'), { shown })).toEqual([...wanted, 'restart it']);
  });

  it.each([
    ['enabled', []],
    ['disabled', [enable]],
    ['alias', [enable]],
    ['', [enable]],
  ])('is told to enable a unit that is: %j', (state, wanted) => {
    expect(told(enabled('it.service'), { state })).toEqual([...wanted, 'restart it']);
  });
});
