import type { Cluster } from './cluster.js';
import { error, type Rule, type RuleProblem } from './rule-problem.js';

/** Fields of `certificates`, and what kubeadm names each authority (kubernetes.io, PKI certificates). */
const fields = { ca: 'ca', etcdCA: 'etcd/ca', frontProxyCA: 'front-proxy-ca' } as const;

export type AuthorityField = keyof typeof fields;

/** An authority that the site made: where its certificate and its key lie, where the worker runs. */
export interface GivenAuthority {
  readonly field: AuthorityField;
  /** kubeadm's name of it: its file's below /etc/kubernetes/pki, without the ending. */
  readonly name: string;
  readonly cert: string;
  /** `env:NAME` or `file:PATH`. */
  readonly key: string;
}

/** Those that the spec gives; the others are kubeadm's to make. */
export const givenAuthorities = ({ certificates }: Cluster): GivenAuthority[] =>
  (Object.keys(fields) as AuthorityField[]).flatMap((field) => {
    const given = certificates[field];
    return given?.key === undefined ? [] : [{ field, name: fields[field], cert: given.cert, key: given.key }];
  });

export const authorityProblems: Rule = ({ certificates }) => {
  const places = new Map<string, string>();
  return (Object.keys(fields) as AuthorityField[]).flatMap((field): RuleProblem[] => {
    const given = certificates[field];
    if (!given) return [];
    const same = places.get(given.cert);
    places.set(given.cert, field);
    return [
      ...(given.key === undefined
        ? [
            error(
              ['certificates', field],
              'an authority whose key stays away is not built yet: the hosts sign their own certificates with it',
              'no key',
              'key: file:PATH or env:NAME',
            ),
          ]
        : []),
      // A certificate of one would be good for the other: every kubelet would be a client of etcd, or a proxy in front of the API.
      ...(same === undefined
        ? []
        : [
            error(
              ['certificates', field, 'cert'],
              `the same file as certificates.${same}`,
              given.cert,
              'an authority of its own',
            ),
          ]),
    ];
  });
};
