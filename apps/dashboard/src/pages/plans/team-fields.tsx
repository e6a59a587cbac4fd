import { DEVICE_KINDS, type DeviceKind } from '@verimeter/telemetry';
import { CheckField, TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import type { TeamDraft } from '../../lib/plan-draft.ts';

/** Kinds with a register, and what else a laboratory verifies; gateways measure nothing. */
const PLANNED_KINDS: readonly DeviceKind[] = DEVICE_KINDS.filter((kind) => kind !== 'gateway');

interface TeamProblems {
  readonly team: readonly string[];
  readonly bound: readonly string[];
  readonly areas: readonly string[];
}

interface TeamFieldsProps {
  readonly team: TeamDraft;
  readonly problems: TeamProblems;
  readonly nameFixed?: boolean;
  readonly onChange: (team: TeamDraft) => void;
}

/** What a team can do in a month, and where. */
export function TeamFields({ team, problems, nameFixed = false, onChange }: TeamFieldsProps) {
  const { t, words } = useText();
  const texts = t.plans.form;
  const change = (part: Partial<TeamDraft>): void => onChange({ ...team, ...part });
  return (
    <>
      <div className="field-grid">
        <TextField
          label={texts.team}
          value={team.team}
          problems={problems.team}
          required
          disabled={nameFixed}
          onChange={(name) => change({ team: name })}
        />
        <TextField
          label={texts.visits}
          value={team.visits}
          problems={problems.bound}
          numeric
          onChange={(visits) => change({ visits })}
        />
        <TextField
          label={texts.minutes}
          hint={texts.minutesHint}
          value={team.minutes}
          numeric
          onChange={(minutes) => change({ minutes })}
        />
        <TextField
          label={texts.areas}
          hint={texts.areasHint}
          value={team.areas}
          problems={problems.areas}
          onChange={(areas) => change({ areas })}
        />
      </div>
      <fieldset className="kinds">
        <legend>
          {texts.kinds}
          {team.kinds.length === 0 && <span className="hint"> · {texts.allKinds}</span>}
        </legend>
        {PLANNED_KINDS.map((kind) => (
          <CheckField
            key={kind}
            label={words.deviceKind[kind]}
            value={team.kinds.includes(kind)}
            onChange={(chosen) =>
              change({
                kinds: chosen
                  ? PLANNED_KINDS.filter((one) => one === kind || team.kinds.includes(one))
                  : team.kinds.filter((one) => one !== kind),
              })
            }
          />
        ))}
      </fieldset>
    </>
  );
}
