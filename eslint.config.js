import tseslint from 'typescript-eslint';

/** What a folder may not import: the arrows of docs/architecture.md, also held by test/architecture.test.ts. */
const layer = (folder, ...forbidden) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: forbidden.map((group) => ({
          group: [group],
          message: `src/${folder} must not import this; see docs/architecture.md`,
        })),
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/'] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      'max-lines': ['error', 250],
      eqeqeq: 'error',
    },
  },
  layer(
    'cluster',
    'node:*',
    'ssh2',
    '@temporalio/*',
    '**/steps/**',
    '**/facts/**',
    '**/workflows/**',
    '**/activities/**',
    '**/client/**',
    '**/engine/**',
  ),
  layer(
    'facts',
    'node:*',
    'ssh2',
    '@temporalio/*',
    '**/steps/**',
    '**/workflows/**',
    '**/activities/**',
    '**/client/**',
    '**/engine/**',
  ),
  layer(
    'steps',
    'node:*',
    'ssh2',
    'zod',
    '@temporalio/*',
    '**/workflows/**',
    '**/activities/**',
    '**/client/**',
    '**/engine/**',
  ),
  layer(
    'workflows',
    'node:*',
    'ssh2',
    'zod',
    '@temporalio/worker',
    '@temporalio/client',
    '@temporalio/activity',
    '**/activities/**',
    '**/client/**',
    '**/engine/**',
  ),
  layer(
    'export',
    'node:*',
    'ssh2',
    'zod',
    'yaml',
    '@temporalio/*',
    '**/cluster/**',
    '**/steps/**',
    '**/facts/**',
    '**/workflows/**',
    '**/activities/**',
    '**/client/**',
    '**/engine/**',
  ),
  layer('activities', '@temporalio/workflow', '@temporalio/worker', '**/workflows/**', '**/engine/**'),
);
