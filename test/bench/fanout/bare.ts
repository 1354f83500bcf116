import { readFileSync } from 'node:fs';
import { Client } from 'ssh2';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { algorithms } from '../../../src/activities/ssh/connect.js';
import { commands, count } from './steps.js';

/** `CLUSTER-FILE FOLDER`: the same commands by ssh2 alone: one connection a host, all hosts at once, one command after another. */
const [file = '', folder = ''] = process.argv.slice(2);
const { hosts, ssh } = JSON.parse(readFileSync(file, 'utf8')) as Cluster;
const privateKey = readFileSync(ssh.key!);
await Promise.all(hosts.map(({ name, address }) => onHost(name, address)));

async function onHost(name: string, host: string): Promise<void> {
  const client = new Client();
  await new Promise((resolve, reject) => {
    client.once('ready', () => (client.setNoDelay(true), resolve(undefined)));
    client.on('error', reject);
    client.connect({
      host,
      port: ssh.port,
      username: ssh.user,
      privateKey,
      readyTimeout: 120_000,
      algorithms: algorithms as object,
    });
  });
  for (let step = 0; step < count; step += 1) {
    const { check, apply } = commands(`${folder}/${name}/${step}`);
    for (const [command, wanted] of [
      [check, 1],
      [apply, 0],
      [check, 0],
    ] as const) {
      const code = await exec(client, command);
      if (code !== wanted) throw new Error(`${name}: ${command} ended with ${code}, not ${wanted}`);
    }
  }
  client.end();
}

function exec(client: Client, command: string): Promise<number> {
  return new Promise((resolve, reject) =>
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      let code = -1;
      channel.on('exit', (exit: number) => (code = exit));
      channel.on('close', () => resolve(code)).resume();
      channel.stderr.resume();
      channel.end();
    }),
  );
}
