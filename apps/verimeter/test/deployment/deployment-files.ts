import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ANALYTICS_VARIABLES, readAnalyticsConfig } from '@verimeter/analytics';
import { INGEST_VARIABLES, readIngestConfig } from '@verimeter/ingest';
import { onTestFinished } from 'vitest';
import { API_VARIABLES, COMMAND_VARIABLES, readApiConfig } from '../../src/config.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export const inRepository = (file: string): string => path.join(ROOT, file);
export const inInfra = (file: string): string => path.join(ROOT, 'infra', file);
export const exists = (file: string): boolean => existsSync(file);
export const text = (file: string): string => readFileSync(file, 'utf8');

interface Manifest {
  readonly version: string;
  readonly packageManager: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** A package.json of the workspace. */
export const manifest = (directory: string): Manifest =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own file
  JSON.parse(text(path.join(ROOT, directory, 'package.json'))) as Manifest;

type Variables = Readonly<Record<string, string>>;

/** The services by their command: what each reads from the environment, and the reader itself. */
export const SERVICES: Readonly<
  Record<
    string,
    { readonly variables: readonly string[]; readonly read: (env: Variables) => unknown }
  >
> = {
  migrate: { variables: [], read: () => undefined },
  ingest: { variables: INGEST_VARIABLES, read: (env) => readIngestConfig(env) },
  analytics: {
    variables: ANALYTICS_VARIABLES,
    read: (env) => readAnalyticsConfig(undefined, env),
  },
  api: { variables: API_VARIABLES, read: (env) => readApiConfig(env) },
};

/** Variables of other programs than ours that a service may be given. */
const OF_NODE = ['NODE_ENV', 'NODE_OPTIONS'];

/** Names among `env` that neither the service nor Node reads. */
export function unknownVariables(service: string, env: Variables): string[] {
  const known = new Set([
    ...(SERVICES[service]?.variables ?? []),
    ...COMMAND_VARIABLES,
    ...OF_NODE,
  ]);
  return Object.keys(env).filter((name) => !known.has(name));
}

/** A URL of the kind that the secret of this name holds. */
function secretContent(name: string): string {
  if (name.includes('mqtt')) return 'mqtt://verimeter-ingest:secret@broker:1883';
  if (name.includes('http')) return 'http://verimeter:secret@questdb:9000';
  return 'postgres://u:secret@h/db';
}

/** The same environment with each `…_FILE` naming a file that is there, made for the test that runs. */
export function withSecretFiles(env: Variables): Record<string, string> {
  const directory = mkdtempSync(path.join(tmpdir(), 'verimeter-secrets-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => {
      if (!name.endsWith('_URL_FILE')) return [name, value];
      const file = path.join(directory, path.basename(value));
      writeFileSync(file, `${secretContent(path.basename(value))}\n`);
      return [name, file];
    }),
  );
}

/** Names of the files that infra/secrets.sh makes. */
export function madeSecrets(): string[] {
  return [...text(inInfra('secrets.sh')).matchAll(/^ *keep (\w+) /gm)].map(([, name = '']) => name);
}
