import type { Command } from '../command.ts';

/** Commands about the work of verification. */
export const PLANS: readonly Command[] = [
  {
    spec: {
      name: 'plan',
      positionals: 'make|list|show [ID]|issue ID|close ID',
      summary: 'which devices to verify in a month, by whom, in which order and why',
      details: [
        'make: a draft for the capacities of the teams, or for --capacity verifications. Devices that are ordered already are left out.',
        'show: its items by rank, of the newest plan where no ID is given. issue: makes it binding, with work orders; close: ends it.',
        'The same data, settings and --seed give the same plan. docs/plan.md says how it is made; `verimeter export plan` writes it as a table.',
      ],
      options: [
        { name: 'capacity', value: 'N', text: 'make: so many verifications' },
        { name: 'minutes', value: 'N', text: 'make: so many minutes of work and ways' },
        { name: 'period', value: 'YYYY-MM', text: 'make: the month (default: the next one)' },
        {
          name: 'team',
          value: 'T',
          text: 'make: for this team only, in its areas; show: its items',
        },
        {
          name: 'policy',
          value: 'legal_first|balanced',
          text: 'make: whether what the law asks for comes first (default), or weighs with the rest',
        },
        {
          name: 'random-share',
          value: 'X',
          text: 'make: share drawn at random, such as 0.05 (default 0)',
        },
        { name: 'seed', value: 'N', text: 'make: of the draw (default 1)' },
        { name: 'as-of', value: 'DATE', text: 'make: day on which legal dates are looked at' },
        { name: 'note', value: 'TEXT', text: 'make: kept with the plan' },
        { name: 'preview', text: 'make: show it and keep nothing' },
        { name: 'limit', value: 'N', text: 'make, show: rows to show at most (default 50)' },
      ],
    },
    run: async (context) => (await import('../commands/plan.ts')).run(context),
  },
];
