import type { Fact } from './fact.js';
import { present, sh } from './sh.js';

export interface Service {
  readonly active: boolean;
  readonly enabled: boolean;
  /** A file of its configuration is newer than the running process. */
  readonly stale: boolean;
}

/**
 * A systemd service, and whether it runs with the configuration that lies on the disk. Without the comparison a worker
 * killed between writing a file and restarting the service would leave the old configuration running for ever.
 */
export const service = (unit: string, configuration: readonly string[] = []): Fact<Service> => ({
  command:
    present +
    sh`systemctl show --timestamp=us+utc -p ActiveState -p UnitFileState -p ActiveEnterTimestamp -p StateChangeTimestamp ${unit} || exit; for path in ${configuration}; do if present "$path"; then TZ=UTC stat -Lc 'Changed=%y' -- "$path" || exit; fi; done`,
  parse({ stdout }) {
    const values = stdout
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
    const of = (key: string): string[] => values.filter(([name]) => name === key).map(([, value]) => value ?? '');
    if (!of('ActiveState')[0]) throw new Error('systemd does not say whether it is active');
    // A running service that changed its state has reloaded.
    const [started = ''] = ['ActiveEnterTimestamp', 'StateChangeTimestamp']
      .map((name) => moment(of(name)[0] ?? ''))
      .sort()
      .reverse();
    return {
      active: of('ActiveState')[0] === 'active',
      enabled: of('UnitFileState')[0] === 'enabled',
      stale: of('Changed').some((changed) => moment(changed) > started),
    };
  },
});

/** `YYYY-MM-DD HH:MM:SS.ffffff` out of what systemd or stat prints; such strings sort by time. */
const moment = (text: string): string => /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?/.exec(text)?.[0] ?? '';
