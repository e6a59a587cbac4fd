import { parse } from 'yaml';
import { inInfra, text } from './deployment-files.ts';

/** The parts of a Compose file that the tests look at. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly networks?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: {
    readonly resources: { readonly limits: Readonly<Record<string, string | number>> };
  };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

/** What Compose puts for `${NAME:-default}` where no variable is set. @throws for a variable without a default. */
export function interpolate(value: string): string {
  return value.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, standard?: string) => {
    if (standard === undefined) throw new Error(`${name} has no default`);
    return standard;
  });
}

/** Compose replaces variables in values, after it has read the YAML: an empty one stays a text. */
function interpolateAll(value: unknown): unknown {
  if (typeof value === 'string') return interpolate(value);
  if (Array.isArray(value)) return value.map(interpolateAll);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, interpolateAll(entry)]),
  );
}

/** A Compose file of infra/ as Compose reads it without any variable set. */
export const readCompose = (file: string): ComposeFile =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema of the specification is checked by a test
  interpolateAll(parse(text(inInfra(file)), { merge: true })) as ComposeFile;
