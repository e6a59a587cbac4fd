import {
  type AnalysisSummary,
  UnknownGroupError,
  UnknownTenantError,
  runAnalysis,
} from '@verimeter/analytics';
import { formatTimestamp } from '@verimeter/telemetry';
import { CommandError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase, withStore } from '../database.ts';
import { parseAsOf } from '../instant-option.ts';
import { say, writeLine } from '../output.ts';
import { linkToParent } from '../parent-link.ts';

const counts = (record: Readonly<Record<string, number>>): string =>
  Object.entries(record)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

async function report(summary: AnalysisSummary, json: boolean): Promise<void> {
  const asOf = summary.asOfUs === undefined ? null : formatTimestamp(summary.asOfUs);
  if (json) {
    await writeLine(
      JSON.stringify({
        run_id: summary.runId,
        model_version: summary.modelVersion,
        as_of: asOf,
        devices: summary.devices,
        groups: summary.groups,
        indications: summary.indications,
        recommendations: summary.recommendations,
      }),
    );
    return;
  }
  await writeLine(
    `${summary.devices} devices in ${summary.groups} groups as of ${asOf ?? 'no reading yet'}`,
  );
  if (summary.devices === 0) return;
  await writeLine(`indications: ${counts(summary.indications)}`);
  await writeLine(`recommendations: ${counts(summary.recommendations)}`);
}

/** Runs the analysis of the tenant and publishes health and findings. */
export async function run(context: CommandContext): Promise<number> {
  const asOf = context.option('as-of');
  const asOfUs = asOf === undefined ? undefined : parseAsOf(asOf);
  // Publishing is one transaction: an analysis that ends before it has changed nothing.
  const parent = linkToParent(() => process.exit(1));
  const begin = performance.now();
  try {
    const summary = await withDatabase(context.environment, 'verimeter-analyze', (pool) =>
      withStore(pool, context.environment, (store) =>
        runAnalysis({
          pool,
          store,
          tenant: context.tenant,
          asOfUs,
          group: context.option('group'),
          onProgress: (step) => {
            parent.tell({ type: 'step', step });
            if (!parent.isChild) say(`analysis: ${step}`);
          },
        }),
      ),
    );
    parent.tell({ type: 'analysed', devices: summary.devices, groups: summary.groups });
    if (!parent.isChild) {
      say(`analysis: done in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
      await report(summary, context.json);
    }
    return 0;
  } catch (error) {
    if (error instanceof UnknownGroupError || error instanceof UnknownTenantError)
      throw new CommandError(error.message, { cause: error });
    throw error;
  } finally {
    parent.release();
  }
}
