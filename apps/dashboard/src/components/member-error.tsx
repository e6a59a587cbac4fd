import { useText } from '../i18n/i18n.tsx';
import { type Estimate, estimateTexts } from '../lib/estimate.ts';
import { IntervalBar } from './interval-bar.tsx';

/** An estimated error and its 95 % interval, drawn on the scale of its limit and in figures. */
export function MemberError({ estimate }: { readonly estimate: Estimate }) {
  const { format } = useText();
  const { value, low, high } = estimateTexts(estimate, format);
  return (
    <span className="member-error">
      <IntervalBar estimate={estimate} />
      <span>
        {value}
        <span className="sub">
          {low} … {high}
        </span>
      </span>
    </span>
  );
}
