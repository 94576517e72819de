import { Histogram } from 'prom-client';
import type { MetricObjectWithValues, MetricValueWithName, Registry } from 'prom-client';

export interface TimeHistogramOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  /** The one label; without it there is one series. */
  readonly label?: Label;
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

interface Series {
  /** How many values lie in each bucket and in none below it; the last one is without a bound. */
  readonly counts: Float64Array;
  sumMs: number;
}

/**
 * A histogram of durations that counts in plain arrays. The library's own looks its series up by a text made of the labels, for
 * each value: seven of those for each call were a tenth of what a call has for itself.
 */
export class TimeHistogram<Label extends string = string> extends Histogram<Label> {
  readonly #series = new Map<string, Series>();
  readonly #options: TimeHistogramOptions<Label>;

  constructor(options: TimeHistogramOptions<Label>) {
    const { name, help, label, buckets, registry } = options;
    super({
      ...{ name, help, buckets: [...buckets], registers: [registry] },
      labelNames: label === undefined ? [] : [label],
    });
    this.#options = options;
    if (label === undefined) this.#seriesOf('');
  }

  /** @param value of the label; empty where there is none */
  observeMs(value: string, milliseconds: number): void {
    const { buckets } = this.#options;
    const series = this.#seriesOf(value);
    const seconds = milliseconds / 1000;
    let bucket = 0;
    while (bucket < buckets.length && seconds > (buckets[bucket] ?? 0)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sumMs += milliseconds;
  }

  /** What the library asks for when somebody reads the metrics. */
  override get(): Promise<MetricObjectWithValues<MetricValueWithName<Label>>> {
    return this.getForPromString();
  }

  /** The same; the text format is written from it. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<Label>>> {
    const described: unknown = {
      ...{ name: this.#options.name, help: this.#options.help, type: 'histogram', aggregator: 'sum' },
      values: [...this.#series].flatMap(([value, series]) => this.#valuesOf(value, series)),
    };
    // The library's type of a value has no label `le`, which its own histograms write, too.
    return Promise.resolve(described as MetricObjectWithValues<MetricValueWithName<Label>>);
  }

  #seriesOf(value: string): Series {
    const known = this.#series.get(value);
    if (known !== undefined) return known;
    const series = { counts: new Float64Array(this.#options.buckets.length + 1), sumMs: 0 };
    this.#series.set(value, series);
    return series;
  }

  #valuesOf(value: string, { counts, sumMs }: Series): readonly unknown[] {
    const { name, label, buckets } = this.#options;
    const labels = label === undefined ? {} : { [label]: value };
    let count = 0;
    const cumulated = [...buckets, '+Inf'].map((le, bucket) => {
      count += counts[bucket] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [
      ...cumulated,
      { metricName: `${name}_sum`, labels, value: sumMs / 1000 },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}
