import type { EtcdMember } from '../../../src/facts/etcd.js';

/** The answer of `etcdctl member list -w json`. */
export const memberList = (members: readonly Partial<EtcdMember>[]): string =>
  JSON.stringify({
    members: members.map(({ id = '1', name, peerUrls = [], clientUrls = [], learner = false }) => ({
      ID: `#${BigInt(`0x${id}`)}#`,
      name,
      peerURLs: peerUrls,
      clientURLs: clientUrls,
      isLearner: learner,
    })),
  }).replace(/"#(\d+)#"/g, '$1');

/** Members as they stand: m1 has the address 10.0.0.11 and so on. */
export const standing = (...names: string[]): EtcdMember[] =>
  names.map((name) => {
    const number = Number(name.slice(1));
    return {
      id: `a${number}`,
      name,
      peerUrls: [`https://10.0.0.${10 + number}:2380`],
      clientUrls: [`https://10.0.0.${10 + number}:2379`],
      learner: false,
    };
  });

/** The answer of `etcdctl endpoint status -w json`, of all of them. */
export const statusOf = (members: readonly EtcdMember[], leader: string): string =>
  JSON.stringify(
    members.map(({ id, clientUrls }) => ({
      Endpoint: clientUrls[0],
      Status: { header: { member_id: `#${BigInt(`0x${id}`)}#` }, leader: `#${BigInt(`0x${leader}`)}#`, dbSize: 1 },
    })),
  ).replace(/"#(\d+)#"/g, '$1');
