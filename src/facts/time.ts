import type { Fact } from './fact.js';

export interface TimeService {
  /** The unit that keeps the clock; undefined when none is installed. */
  readonly service: string | undefined;
  readonly active: boolean;
  readonly container: boolean;
}

const units = ['chrony', 'chronyd', 'systemd-timesyncd', 'ntpsec', 'ntp'].map((name) => `${name}.service`);

/** Asked of systemd for all units at once: it says `LoadState=not-found` of one that is not there. */
export const timeService: Fact<TimeService> = {
  command:
    `systemctl show -p Id -p LoadState -p ActiveState ${units.join(' ')} || exit; ` +
    'systemd-detect-virt -cq; case $? in 0) echo; echo container;; 1) ;; *) exit 69;; esac',
  parse({ stdout }) {
    const blocks = stdout.split('\n\n').map((block) => block.split('\n'));
    const told = blocks.filter((block) => block.some((line) => line.startsWith('LoadState=')));
    if (told.length < units.length) throw new Error('systemd does not tell of every unit');
    const loaded = told.filter((block) => block.includes('LoadState=loaded'));
    const running = loaded.find((block) => block.includes('ActiveState=active'));
    const id = (running ?? loaded[0])?.find((line) => line.startsWith('Id='));
    return {
      service: id?.slice('Id='.length),
      active: running !== undefined,
      container: /^container$/m.test(stdout),
    };
  },
};
