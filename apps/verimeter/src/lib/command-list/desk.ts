import type { Command } from '../command.ts';

/** Commands for the office that has meters verified. */
export const DESK: readonly Command[] = [
  {
    spec: {
      name: 'legal',
      positionals: 'rules [list|set ID|remove ID|use SET] | due',
      summary: 'rules on verification, and which devices are due',
      details: [
        'rules list: the rules of the rule set and those of the tenant. rules set: a rule of the tenant, which adds to them or replaces a built-in one',
        'on the days on which it is in force; the rule in force on the day of a verification decides its end. rules use: VN, DE, GB, US-NC, CN.',
        'due: devices whose verification ends before a day, as CSV. Days that unverified rules give are no legal dates: only with --provisional,',
        'in a column of their own. docs/legal.md has all of it.',
      ],
      options: [
        { name: 'before', value: 'DATE', text: 'due: before this day' },
        { name: 'provisional', text: 'due: also where only unverified rules give a day' },
        { name: 'category', value: 'C', text: 'set: such as electricity_meter, gas_analyser' },
        { name: 'technology', value: 'T', text: 'set: mechanical, electronic, induction' },
        { name: 'phases', value: '1|3', text: 'set: of electricity meters' },
        { name: 'connection', value: 'C', text: 'set: direct, transformer' },
        { name: 'classes', value: 'A,B,…', text: 'set: accuracy classes' },
        { name: 'nominals', value: 'A,B,…', text: 'set: nominal sizes' },
        {
          name: 'basis',
          value: 'B',
          text: 'set: cycle (default), not_listed, sampling, not_read',
        },
        { name: 'months', value: 'N', text: 'set: months of validity' },
        { name: 'ends-with', value: 'day|year', text: 'set: with the day, or the calendar year' },
        { name: 'from', value: 'DATE', text: 'set: first day in force (default: since ever)' },
        { name: 'to', value: 'DATE', text: 'set: last day in force (default: open)' },
        { name: 'source', value: 'TEXT', text: 'set: article and item of the text' },
        {
          name: 'status',
          value: 'confirmed|unverified',
          text: 'set: confirmed is read in the official text',
        },
        { name: 'note', value: 'TEXT', text: 'set: a remark' },
        { name: 'replaces', value: 'ID', text: 'set: the built-in rule it is used instead of' },
      ],
    },
    run: async (context) => (await import('../commands/legal.ts')).run(context),
  },
  {
    spec: {
      name: 'webhooks',
      positionals: 'list|add URL|remove ID|test ID',
      summary: 'programs that are told of new and changed findings and of plans',
      details: [
        'add prints the secret that messages are signed with, this once. test sends a message and tells what the receiver answered; messages are sent by',
        'the analytics service, or by up. docs/how-to/webhooks.md has a receiver.',
      ],
      options: [
        {
          name: 'events',
          value: 'A,B,…',
          text: 'add: finding.created, finding.changed, finding.verified, customer_request.due, plan.issued (default: all)',
        },
        { name: 'description', value: 'TEXT', text: 'add: what the receiver is' },
      ],
    },
    run: async (context) => (await import('../commands/webhooks.ts')).run(context),
  },
  {
    spec: {
      name: 'report',
      positionals: 'PERIOD',
      summary: 'what was verified in a month or year, and how the instruments stood at its end',
      details: [
        'PERIOD is a month such as 2026-11 or a year such as 2026. Standings are those of its last day, of a period that is not over those of today.',
        'docs/reports.md defines every figure.',
      ],
      options: [
        { name: 'format', value: 'json|pdf|xlsx', text: 'default json, to stdout' },
        { name: 'lang', value: 'vi|en', text: 'of PDF and XLSX (default vi)' },
        { name: 'out', value: 'FILE', text: 'where to write it' },
      ],
    },
    run: async (context) => (await import('../commands/report.ts')).run(context),
  },
  {
    spec: {
      name: 'evidence-pack',
      positionals: 'DEVICE',
      summary:
        'a document for a customer: readings, balance, estimate, legal status, in plain words',
      details: [
        'The document is kept with a number; its PDF is made from a copy of the data that never changes. docs/evidence-packs.md',
      ],
      options: [
        { name: 'request', value: 'ID', text: "the customer's request that it answers" },
        { name: 'days', value: 'N', text: 'of readings, 7 to 400 (default 90)' },
        { name: 'lang', value: 'vi|en', text: 'of the PDF (default vi)' },
        { name: 'out', value: 'FILE', text: 'default: its number and language' },
      ],
    },
    run: async (context) => (await import('../commands/evidence-pack.ts')).run(context),
  },
];
