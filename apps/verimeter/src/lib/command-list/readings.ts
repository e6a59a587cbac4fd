import type { Command } from '../command.ts';
import { FILE_KINDS } from '../import/files.ts';

const AS_OF = {
  name: 'as-of',
  value: 'DATE|INSTANT',
  text: 'look at readings up to here only (a date: the end of that UTC day)',
} as const;

/** Commands about readings and what is concluded from them. */
export const READINGS: readonly Command[] = [
  {
    spec: {
      name: 'import',
      positionals: `${FILE_KINDS.join('|')} FILE`,
      summary:
        'a file (CSV, NDJSON, also .gz, or Parquet; - for stdin) into the registry or the readings',
      details: [
        'Import devices, groups, members, readings, verifications, legal-events in this order. Rows that cannot be stored are written',
        'to a CSV file with the reason; mended there, it can be imported as it is. docs/spec/files.md has the columns.',
        'An import of readings that was cut off is repeated as it is: it goes on where it was.',
      ],
      options: [
        {
          name: 'strict',
          text: 'exit 1 when a row was rejected (the others are stored all the same)',
        },
        { name: 'rejected', value: 'FILE', text: 'where rejected rows go (default: beside FILE)' },
      ],
    },
    run: async (context) => (await import('../commands/import.ts')).run(context),
  },
  {
    spec: {
      name: 'analyze',
      positionals: '',
      summary: 'the analysis, now: health and findings of all devices',
      options: [
        AS_OF,
        { name: 'group', value: 'G', text: 'publish the members of this group only' },
      ],
    },
    run: async (context) => (await import('../commands/analyze.ts')).run(context),
  },
  {
    spec: {
      name: 'validation',
      positionals: 'run|rules [show|set FILE]|edit ACTION|history',
      summary: 'what is odd in the readings, the rules that say so, and edits of single values',
      details: [
        'run: validates the readings now, those of the last day as well, and estimates what is missing; with --from the days since then, with --device this one only.',
        'rules show: the rules in force as JSON, with --json all versions. rules set FILE: another version from a JSON file (- for stdin)',
        'with the parameters that change, such as {"gap":{"warning_hours":12}}. docs/validation.md has all of them.',
        'edit replace|fill|confirm|reject|undo: a version of the value of --device and --quantity at --at, with --reason; the reading stays. history: all of its versions.',
      ],
      options: [
        { name: 'from', value: 'DATE|INSTANT', text: 'run: from this day on (UTC)' },
        {
          name: 'to',
          value: 'DATE|INSTANT',
          text: 'run: count exceptions up to the end of this day (UTC)',
        },
        { name: 'device', value: 'D', text: 'run: only this device; edit, history: whose value' },
        { name: 'quantity', value: 'Q', text: 'edit, history: such as active_energy_import' },
        { name: 'at', value: 'INSTANT', text: 'edit, history: when' },
        { name: 'value', value: 'X', text: 'edit replace, fill: what counts' },
        {
          name: 'version',
          value: 'N',
          text: 'edit undo: which edit; others: refuse if another version is in force (0: the reading)',
        },
        {
          name: 'effective-from',
          value: 'DATE|always',
          text: 'rules set: for readings of this day and later (default: today)',
        },
        { name: 'reason', value: 'TEXT', text: 'rules set, edit: why; kept with the version' },
      ],
    },
    run: async (context) => (await import('../commands/validation.ts')).run(context),
  },
  {
    spec: {
      name: 'export',
      positionals:
        'health|lots|findings|plan|readings|intervals|ledger|quarantine|register-events|exceptions|value-versions|value-corrections',
      summary: 'results and data as CSV, NDJSON or Parquet',
      options: [
        { name: 'format', value: 'csv|ndjson|parquet', text: 'default csv' },
        { name: 'out', value: 'FILE|-', text: 'default - (stdout)' },
      ],
    },
    run: async (context) => (await import('../commands/export.ts')).run(context),
  },
];
