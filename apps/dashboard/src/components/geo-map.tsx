import { Maximize, Minus, Plus } from 'lucide-react';
import {
  type KeyboardEvent,
  type PointerEvent,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useText } from '../i18n/i18n.tsx';
import {
  clustersOf,
  fittingView,
  hullOf,
  type MapView,
  onScreen,
  type Place,
  planeOf,
  type PlanePoint,
  scaleBar,
  type Size,
  zoomed,
} from '../lib/geography.ts';
import { useWidth } from '../lib/use-width.ts';
import { PlaceMark, type Tone } from './badge.tsx';

export interface MapPoint extends Place {
  readonly id: string;
  readonly tone: Tone;
  /** Drawn in the place of the mark: the number of a stop. */
  readonly number?: string;
  /** Points of one group have an outline in common. */
  readonly group?: string | null;
}

interface Located extends PlanePoint {
  readonly point: MapPoint;
}

interface MapProps {
  readonly label: string;
  readonly points: readonly MapPoint[];
  /** Ways: ids of points in order. */
  readonly ways?: readonly (readonly string[])[];
  readonly outlines?: boolean;
  readonly chosen?: string | undefined;
  readonly onChoose: (id: string | undefined) => void;
}

/** From so many points in sight on they are drawn as clusters. */
const CLUSTERED = 2000;
const STEP = 80;
const FACTOR = 1.5;
const HEIGHTS = { wide: 460, narrow: 340 } as const;
const NARROW = 600;
/** What needs attention lies on top. */
const ORDER: readonly Tone[] = ['mute', 'calm', 'note', 'warn', 'alert'];

function useSize(): readonly [React.RefObject<HTMLDivElement | null>, Size] {
  const [holder, width] = useWidth<HTMLDivElement>();
  const height = width < NARROW ? HEIGHTS.narrow : HEIGHTS.wide;
  return [holder, useMemo(() => ({ width, height }), [width, height])];
}

/**
 * Places on a plane, without anything fetched from outside. A pointer chooses points; what it shows must also be in a list beside it,
 * since a drawing of thousands of points is nothing to step through.
 */
export function GeoMap({ label, points, ways = [], outlines = false, chosen, onChoose }: MapProps) {
  const { t, format } = useText();
  const [holder, size] = useSize();
  const hintId = useId();
  const svg = useRef<SVGSVGElement>(null);
  const located = useMemo(() => {
    const onPlane = planeOf(points);
    return points
      .map((point) => ({ point, ...onPlane(point) }))
      .toSorted((a, b) => ORDER.indexOf(a.point.tone) - ORDER.indexOf(b.point.tone));
  }, [points]);
  const fitting = useMemo(() => fittingView(located, size), [located, size]);
  const [moved, setMoved] = useState<{ readonly of: MapView; readonly view: MapView }>();
  // Other points or another width: all of them are shown anew.
  const view = moved?.of === fitting ? moved.view : fitting;
  const show = (next: MapView): void => setMoved({ of: fitting, view: next });
  const middle = { x: size.width / 2, y: size.height / 2 };
  const pan = (dx: number, dy: number): void =>
    show({ ...view, x: view.x + dx / view.scale, y: view.y + dy / view.scale });
  const latest = useRef({ view, show });
  useEffect(() => {
    latest.current = { view, show };
  });
  // React listens to the wheel passively: what is not passive must be added by hand.
  useEffect(() => {
    const element = svg.current;
    if (element === null) return undefined;
    const turn = (event: WheelEvent): void => {
      const { view: now, show: go } = latest.current;
      // A page that is scrolled past a map must go on.
      if (!event.ctrlKey && document.activeElement !== element) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const at = { x: event.clientX - box.left, y: event.clientY - box.top };
      go(zoomed(now, Math.exp(-event.deltaY / 400), at, size));
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [size]);
  const drag = useRef<{ x: number; y: number; view: MapView }>(undefined);
  const down = (event: PointerEvent<SVGSVGElement>): void => {
    if (event.button !== 0) return;
    drag.current = { x: event.clientX, y: event.clientY, view };
  };
  const move = (event: PointerEvent<SVGSVGElement>): void => {
    const from = drag.current;
    if (from === undefined || event.buttons === 0) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (Math.hypot(dx, dy) < 4) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    show({ ...from.view, x: from.view.x - dx / view.scale, y: from.view.y - dy / view.scale });
  };
  const press = (event: KeyboardEvent<SVGSVGElement>): void => {
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => pan(-STEP, 0),
      ArrowRight: () => pan(STEP, 0),
      ArrowUp: () => pan(0, -STEP),
      ArrowDown: () => pan(0, STEP),
      '+': () => show(zoomed(view, FACTOR, middle, size)),
      '=': () => show(zoomed(view, FACTOR, middle, size)),
      '-': () => show(zoomed(view, 1 / FACTOR, middle, size)),
      '0': () => setMoved(undefined),
      Escape: () => onChoose(undefined),
    };
    const action = actions[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };
  const seen = located.filter((one) => isSeen(onScreen(one, view, size), size));
  const clustered = seen.length >= CLUSTERED;
  return (
    <div ref={holder} className="geo-map">
      {/* An application: arrow keys belong to the map while it has the focus. */}
      <svg
        ref={svg}
        role="application"
        aria-label={label}
        aria-describedby={hintId}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
        tabIndex={0}
        width={size.width}
        height={size.height}
        onKeyDown={press}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={() => (drag.current = undefined)}
        onClick={(event) => {
          if (event.target === event.currentTarget) onChoose(undefined);
        }}
      >
        <g aria-hidden="true">
          {outlines && <Outlines located={located} view={view} size={size} />}
          <Ways ways={ways} located={located} view={view} size={size} />
          {clustered ? (
            <Clusters
              located={seen}
              view={view}
              size={size}
              chosen={chosen}
              onChoose={onChoose}
              // Its devices fill the map then.
              onOpen={(members) => show(fittingView(members, size))}
            />
          ) : (
            seen.map((one) => (
              <Point
                key={one.point.id}
                point={one.point}
                at={onScreen(one, view, size)}
                chosen={one.point.id === chosen}
                onChoose={onChoose}
              />
            ))
          )}
        </g>
        <ScaleBar view={view} size={size} />
      </svg>
      <div className="map-buttons">
        <button
          type="button"
          aria-label={t.map.nearer}
          onClick={() => show(zoomed(view, FACTOR, middle, size))}
        >
          <Plus size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          aria-label={t.map.farther}
          onClick={() => show(zoomed(view, 1 / FACTOR, middle, size))}
        >
          <Minus size={18} aria-hidden="true" />
        </button>
        <button type="button" aria-label={t.map.all} onClick={() => setMoved(undefined)}>
          <Maximize size={17} aria-hidden="true" />
        </button>
      </div>
      <p id={hintId} className="hint">
        {t.map.keys} <span className="visually-hidden">{format.integer(points.length)}</span>
      </p>
    </div>
  );
}

const EDGE = 20;
const isSeen = ({ x, y }: PlanePoint, { width, height }: Size): boolean =>
  x > -EDGE && x < width + EDGE && y > -EDGE && y < height + EDGE;

interface PointProps {
  readonly point: MapPoint;
  readonly at: PlanePoint;
  readonly chosen: boolean;
  readonly onChoose: (id: string) => void;
}

function Point({ point, at, chosen, onChoose }: PointProps) {
  const { id, tone, number } = point;
  return (
    // The list beside the map is the way for keys and screen readers.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
    <g
      className={chosen ? 'map-point map-chosen' : 'map-point'}
      data-device={id}
      transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`}
      onClick={() => onChoose(id)}
    >
      <circle className="map-target" r="12" />
      {chosen && <circle className="map-ring" r="13" />}
      {number === undefined ? (
        <PlaceMark tone={tone} />
      ) : (
        <>
          <circle className={`map-stop map-stop-${tone}`} r="10" />
          <text className="map-number" textAnchor="middle" dy="3.5">
            {number}
          </text>
        </>
      )}
    </g>
  );
}

interface LayerProps {
  readonly located: readonly Located[];
  readonly view: MapView;
  readonly size: Size;
}

interface ClustersProps extends LayerProps {
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
  readonly onOpen: (members: readonly Located[]) => void;
}

function Clusters({ located, view, size, chosen, onChoose, onOpen }: ClustersProps) {
  const { t, format } = useText();
  return clustersOf(located, view, size).map((cluster) => {
    const count = cluster.points.length;
    const [only] = cluster.points;
    if (count === 1 && only !== undefined)
      return (
        <Point
          key={only.point.id}
          point={only.point}
          at={cluster}
          chosen={only.point.id === chosen}
          onChoose={onChoose}
        />
      );
    // Points come by rising attention: the last one says what is worst here.
    const worst = cluster.points.at(-1)?.point.tone ?? 'mute';
    return (
      // Zooming in by keys or buttons shows the same.
      // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
      <g
        key={cluster.points[0]?.point.id}
        className="map-cluster"
        transform={`translate(${cluster.x.toFixed(1)} ${cluster.y.toFixed(1)})`}
        onClick={() => onOpen(cluster.points)}
      >
        <title>{t.map.cluster(format.integer(count))}</title>
        <circle className={`map-stop map-stop-${worst}`} r={11 + 3 * Math.log10(count) * 1.6} />
        <text className="map-number" textAnchor="middle" dy="4">
          {format.integer(count)}
        </text>
      </g>
    );
  });
}

function Ways({
  ways,
  located,
  view,
  size,
}: LayerProps & { readonly ways: readonly (readonly string[])[] }) {
  const places = new Map(located.map((one) => [one.point.id, one]));
  return ways.map((way, index) => {
    const stops = way.flatMap((id) => places.get(id) ?? []);
    const path = stops.map((stop) => {
      const { x, y } = onScreen(stop, view, size);
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    });
    return (
      <polyline key={way[0]} className={`map-way map-way-${index % 4}`} points={path.join(' ')} />
    );
  });
}

/** More outlines than these would be a thicket. */
const MOST_OUTLINES = 200;
const LABELLED = 40;

function Outlines({ located, view, size }: LayerProps) {
  const hulls = useMemo(() => {
    const groups = Map.groupBy(
      located.filter(({ point }) => point.group !== undefined && point.group !== null),
      ({ point }) => point.group ?? '',
    );
    return [...groups].slice(0, MOST_OUTLINES).map(([name, members]) => ({
      name,
      hull: hullOf(members),
    }));
  }, [located]);
  return hulls.map(({ name, hull }) => {
    const corners = hull.map((corner) => onScreen(corner, view, size));
    const [top] = corners.toSorted((a, b) => a.y - b.y);
    return (
      <g key={name} className="map-area">
        <polygon points={corners.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')} />
        {top !== undefined && hulls.length <= LABELLED && (
          <text textAnchor="middle" x={top.x} y={top.y - 12}>
            {name}
          </text>
        )}
      </g>
    );
  });
}

function ScaleBar({ view, size }: { readonly view: MapView; readonly size: Size }) {
  const { t, format } = useText();
  const bar = scaleBar(view.scale, 120);
  const text =
    bar.metres >= 1000
      ? t.map.kilometres(format.number(bar.metres / 1000))
      : t.map.metres(format.number(bar.metres));
  return (
    <g className="map-scale" transform={`translate(14 ${size.height - 16})`}>
      <path d={`M0 -5V0H${bar.width}V-5`} />
      <text x={bar.width + 8} y="1">
        {text}
      </text>
    </g>
  );
}
