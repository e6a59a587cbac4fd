interface Part {
  readonly className: string;
  readonly amount: number;
}

interface StackedBarProps {
  readonly className: string;
  readonly parts: readonly Part[];
  /** The amount that fills the bar. */
  readonly most: number;
  readonly width: number;
  readonly height: number;
}

/** Where each part begins and how wide it is, one after the other; the smallest is still to be seen. */
function placed(parts: readonly Part[], most: number, width: number) {
  let end = 0;
  return parts.map(({ className, amount }) => {
    const left = end;
    end = Math.min(width, left + Math.max(1.5, (amount / Math.max(1, most)) * width));
    return { className, left, width: end - left };
  });
}

/** Parts of a whole side by side. Only a picture: the numbers must stand in text beside it. */
export function StackedBar({ className, parts, most, width, height }: StackedBarProps) {
  return (
    <svg
      className={className}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      aria-hidden="true"
    >
      <rect className="term-ground" width={width} height={height} rx="2" />
      {placed(parts, most, width).map((part) => (
        <rect
          key={part.className}
          className={part.className}
          x={part.left}
          width={part.width}
          height={height}
        />
      ))}
    </svg>
  );
}
