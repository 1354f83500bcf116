import { z } from 'zod';
import { json } from './json.js';

const word = '[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?';
/** A name that may be qualified with a DNS prefix (kubernetes.io, labels and selectors). */
const key = z
  .string()
  .max(317)
  .regex(
    new RegExp(`^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?${word}$`),
    'a name such as disk, or with a DNS name before it, such as example.org/disk',
  )
  .refine(
    (name) => !/^(node-role\.kubernetes\.io\/control-plane|kubernetes\.io\/(hostname|os|arch))$/.test(name),
    'another name: kubeadm and the kubelet set this one',
  );
const value = z
  .string()
  .regex(new RegExp(`^(${word})?$`), '63 letters, digits, hyphens, dots and underscores at most, in quotes');

/** What may be said of a node for itself, or of all nodes of a pool. */
export const nodeSettings = {
  labels: z.record(key, value).describe('Labels of the node').optional(),
  annotations: z.record(key, z.string()).describe('Annotations of the node').optional(),
  taints: z
    .array(
      z.strictObject({
        key,
        value: value.optional(),
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
      }),
    )
    .describe('Taints that the node registers with, beside that of a control plane')
    .optional(),
  kubelet: z
    .record(z.string(), json)
    .describe('Fields of KubeletConfiguration for the node alone, over those of the cluster')
    .optional(),
};

export const pool = z.strictObject(nodeSettings);
