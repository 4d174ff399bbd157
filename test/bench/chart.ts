import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** A column of the rows, and what readers see of it, with its unit: `Members`, `Time to the last member (ms)`. */
export interface Column {
  field: string;
  title: string;
}

export interface LineChart {
  title: string;
  rows: readonly Readonly<Record<string, number | string>>[];
  x: Column;
  y: Column;
  /** One line for each value of this column, in the order of the rows. */
  series: Column;
  /** For values from 1 to thousands. */
  logX?: boolean;
  /** Whether each value is marked. */
  points?: boolean;
}

const charts = fileURLToPath(new URL('../../docs/charts', import.meta.url));

/** Draws a line for each series and writes the chart to docs/charts/{name}.svg. Resolves to the path of the file. */
export async function lineChart(chart: LineChart & { name: string }): Promise<string> {
  const file = join(charts, `${chart.name}.svg`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${await drawLines(chart)}\n`);
  return file;
}

/** The chart as SVG. */
export async function drawLines(chart: LineChart): Promise<string> {
  const view = new vega.View(vega.parse(compile(specOf(chart)).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

function specOf({ title, rows, x, y, series, logX, points = true }: LineChart): TopLevelSpec {
  const axis = ({ field, title }: Column, isLog = false) => ({
    field,
    title,
    type: 'quantitative' as const,
    scale: isLog ? { type: 'log' as const, nice: false } : { zero: true },
    axis: isLog ? { values: roundValues(rows.map((row) => Number(row[field]))) } : { tickCount: 6 },
  });
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    width: 640,
    height: 360,
    padding: 16,
    background: 'white',
    data: { values: [...rows] },
    mark: { type: 'line', point: points && { filled: true, size: 50 }, strokeWidth: 2.5 },
    encoding: {
      x: axis(x, logX),
      y: axis(y),
      color: {
        field: series.field,
        title: series.title || null,
        type: 'nominal',
        sort: [...new Set(rows.map((row) => `${row[series.field]}`))],
      },
    },
    config: {
      font: 'Helvetica, Arial, sans-serif',
      title: { fontSize: 17, anchor: 'start', offset: 14 },
      axis: {
        labelFontSize: 13,
        titleFontSize: 14,
        titleFontWeight: 'normal',
        titlePadding: 10,
        labelFlush: false,
      },
      legend: {
        labelFontSize: 13,
        titleFontSize: 14,
        titleFontWeight: 'normal',
        labelLimit: 0,
        orient: 'bottom',
      },
      range: { category: ['#1f5fa8', '#d1641f', '#2c8a4b', '#8a4fa0', '#7a7a7a'] },
      view: { stroke: null },
    },
  };
}

/** The 1, 2, 5, 10, 20 … within the range of these values: the grid of a logarithmic axis. */
function roundValues(values: readonly number[]): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const round: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(least)); power <= most; power *= 10) {
    round.push(...[power, 2 * power, 5 * power].filter((value) => value >= least && value <= most));
  }
  return round;
}
