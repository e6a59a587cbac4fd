import type { VerificationItem } from '@verimeter/api-schema';
import { useText } from '../../i18n/i18n.tsx';

/** One error of all test points as found, with its uncertainty where the points tell one, and how they were weighted. */
export function OverallError({ item }: { readonly item: VerificationItem }) {
  const { t, format } = useText();
  const texts = t.legal.record;
  const { weighted_error: weighted } = item;
  if (weighted === null) return null;
  const { error, standard_uncertainty: uncertainty, method } = weighted;
  return (
    <p className="weighted">
      {texts.weighted(
        format.signedPercent(error, 2),
        uncertainty === null ? undefined : format.percent(uncertainty, 2),
      )}
      <span className="sub">
        {Object.hasOwn(texts.weightedMethods, method)
          ? Reflect.get(texts.weightedMethods, method)
          : method}
      </span>
    </p>
  );
}
