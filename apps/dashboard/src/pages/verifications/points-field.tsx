import { Plus, X } from 'lucide-react';
import { useId } from 'react';
import { Mark } from '../../components/badge.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { parseDecimal } from '../../lib/decimal.ts';
import { emptyPoint, type PointDraft } from '../../lib/verification-draft.ts';

interface PointsFieldProps {
  readonly points: readonly PointDraft[];
  /** Problems by field, `points.0.error`. */
  readonly problemsAt: (field: string) => readonly string[];
  /** In percent, what the class allows at a point that states no limit; empty: that is not known. */
  readonly classLimitOf: (point: PointDraft) => string;
  readonly onChange: (points: readonly PointDraft[]) => void;
}

/** Limits are decimal fractions: 1.0 % against 1 % is no excess. */
const ROUNDING = 1e-9;

/** Whether an error, both in percent, lies beyond its limit; undefined where either is not known. */
function isBeyond(error: string, limit: string): boolean | undefined {
  const measured = parseDecimal(error);
  const allowed = parseDecimal(limit);
  return measured === undefined || allowed === undefined
    ? undefined
    : Math.abs(measured) > allowed + ROUNDING;
}

interface JudgedProps {
  readonly error: string;
  /** That of the row, else that of the class. */
  readonly limit: string;
}

function rowClass({ error, limit }: JudgedProps): string | undefined {
  if (error.trim() === '') return 'unmeasured';
  return isBeyond(error, limit) === true ? 'beyond' : undefined;
}

function Verdict({ error, limit }: JudgedProps) {
  const { t } = useText();
  const texts = t.legal.points;
  if (parseDecimal(error) === undefined) return t.common.none;
  const beyond = isBeyond(error, limit);
  if (beyond === undefined) return <span className="hint">{texts.noLimit}</span>;
  return (
    <span className={`indication tone-${beyond ? 'alert' : 'calm'}`}>
      <Mark tone={beyond ? 'alert' : 'calm'} />
      {beyond ? texts.beyond : texts.within}
    </span>
  );
}

interface CellProps {
  readonly label: string;
  readonly value: string;
  readonly problems: readonly string[];
  /** Text, or a number of a keypad with a decimal mark. */
  readonly decimal?: boolean;
  readonly placeholder?: string;
  readonly onChange: (text: string) => void;
}

function Cell({ label, value, problems, decimal = true, placeholder, onChange }: CellProps) {
  const id = useId();
  const isWrong = problems.length > 0;
  return (
    <span className="cell">
      <input
        aria-label={label}
        aria-invalid={isWrong ? true : undefined}
        aria-describedby={isWrong ? id : undefined}
        inputMode={decimal ? 'decimal' : undefined}
        value={value}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
      {isWrong && (
        <span id={id} className="field-problem" role="alert">
          {problems.join('; ')}
        </span>
      )}
    </span>
  );
}

/** The other sign: keypads of phones with a decimal mark have no minus. */
function withOtherSign(text: string): string {
  const written = text.trim();
  if (/^[-\u2212]/.test(written)) return written.slice(1);
  return `-${written.replace(/^\+/, '')}`;
}

/** What was measured point by point, each held against its limit while it is typed. */
export function PointsField({ points, problemsAt, classLimitOf, onChange }: PointsFieldProps) {
  const { t, format } = useText();
  const texts = t.legal.points;
  const change = (place: number, part: Partial<PointDraft>): void =>
    onChange(points.map((point, index) => (index === place ? { ...point, ...part } : point)));
  return (
    <>
      {points.length > 0 && (
        <div className="table-scroll">
          <table className="stacking points">
            <caption className="visually-hidden">{texts.title}</caption>
            <thead>
              <tr>
                <th scope="col">{texts.point}</th>
                <th scope="col">{texts.error}</th>
                <th scope="col" title={texts.uncertaintyHint}>
                  {texts.uncertainty}
                </th>
                <th scope="col" title={texts.kHint}>
                  {texts.k}
                </th>
                <th scope="col">{texts.limit}</th>
                <th scope="col">{texts.verdict}</th>
                <th scope="col">
                  <span className="visually-hidden">{texts.remove}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {points.map((point, place) => {
                const name =
                  point.name.trim() === ''
                    ? texts.number(format.integer(place + 1))
                    : point.name.trim();
                const problems = (field: string) => problemsAt(`points.${place}.${field}`);
                const ofClass = classLimitOf(point);
                const judged = {
                  error: point.error,
                  limit: point.limit.trim() === '' ? ofClass : point.limit,
                };
                return (
                  <tr key={point.key} className={rowClass(judged)}>
                    <td data-label={texts.point} className="point-name">
                      <Cell
                        label={texts.of(texts.point, texts.number(format.integer(place + 1)))}
                        value={point.name}
                        decimal={false}
                        problems={problems('test_point')}
                        onChange={(text) => change(place, { name: text })}
                      />
                    </td>
                    <td data-label={texts.error}>
                      <span className="signed">
                        <button
                          type="button"
                          className="sign"
                          title={texts.sign}
                          aria-label={texts.signOf(name)}
                          onClick={() => change(place, { error: withOtherSign(point.error) })}
                        >
                          ±
                        </button>
                        <Cell
                          label={texts.of(texts.error, name)}
                          value={point.error}
                          problems={problems('error')}
                          onChange={(error) => change(place, { error })}
                        />
                      </span>
                    </td>
                    <td data-label={texts.uncertainty}>
                      <Cell
                        label={texts.of(texts.uncertainty, name)}
                        value={point.uncertainty}
                        problems={problems('expanded_uncertainty')}
                        onChange={(uncertainty) => change(place, { uncertainty })}
                      />
                    </td>
                    <td data-label={texts.k} className="short">
                      <Cell
                        label={texts.of(texts.k, name)}
                        value={point.k}
                        problems={problems('coverage_factor')}
                        onChange={(k) => change(place, { k })}
                      />
                    </td>
                    <td data-label={texts.limit}>
                      <Cell
                        label={texts.of(texts.limit, name)}
                        value={point.limit}
                        placeholder={ofClass}
                        problems={problems('limit')}
                        onChange={(limit) => change(place, { limit })}
                      />
                    </td>
                    <td data-label={texts.verdict} className="point-verdict" aria-live="polite">
                      <Verdict {...judged} />
                    </td>
                    <td className="point-remove">
                      <button
                        type="button"
                        aria-label={texts.removeOf(name)}
                        title={texts.remove}
                        onClick={() => onChange(points.filter((_one, index) => index !== place))}
                      >
                        <X size={16} aria-hidden="true" />
                      </button>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <button
        type="button"
        className="with-icon"
        onClick={() => onChange([...points, emptyPoint()])}
      >
        <Plus size={16} aria-hidden="true" />
        {texts.add}
      </button>
    </>
  );
}
