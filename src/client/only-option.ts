import { Option } from 'commander';

/** Which hosts a run is about; see subject.ts. */
export const onlyOption = (): Option =>
  new Option(
    '--only <hosts>',
    'only these workers, by name with commas between, of a cluster that stands: no other worker is asked anything',
  ).argParser((value: string, before: string[] = []) => [...before, ...value.split(',').map((name) => name.trim())]);
