import { z } from 'zod';
import { clusterSchema } from '../../cluster/schema.js';

/** The JSON Schema of what a person writes: defaults may be left out. */
export const jsonSchema = (): object => ({
  title: 'A cluster of kubernetes-ha',
  ...z.toJSONSchema(clusterSchema, { io: 'input', target: 'draft-7' }),
});
