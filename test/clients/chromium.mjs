// The compliance report as a page, in Debian's Chromium: its charts are there,
// their bars are the report's numbers, nothing overflows on a telephone or a desk,
// what somebody wrote into a title stays text, and axe-core finds nothing.
import assert from 'node:assert/strict';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import test from 'node:test';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { connect, skip } from './lib/world.mjs';

const executablePath = process.env.PATH.split(delimiter)
	.flatMap(folder => ['chromium', 'chromium-browser'].map(name => join(folder, name)))
	.find(path => {
		try {
			accessSync(path, constants.X_OK);
			return true;
		} catch {
			return false;
		}
	}) ?? skip('no Chromium here: test/setup clients installs it');

// --- a report with a bit of everything -------------------------------------------

const inject = '</td><script>window.owned = 1</script><img src=x onerror="window.owned = 2">';
const long = 'x'.repeat(90);
const admin = await connect('postgres');
await admin.query(`
SELECT gov_set_policy('sod.registrar_may_approve', 'true'), gov_set_policy('sod.approver_may_deploy', 'true'),
    gov_set_policy('sla.max_lateness', '"60 days"');
SELECT gov_register_model('page', '1.0.0'), gov_register_model('page', '2.0.0'),
    gov_register_model('${long}', '1.0.0-with.a.long.name');
SELECT gov_record_model_metrics('page', version, '{"accuracy": 0.9}') FROM unnest('{1.0.0,2.0.0}'::text[]) AS version;
SELECT gov_approve_model('page', '1.0.0', '${inject}'), gov_approve_model('page', '2.0.0'),
    gov_reject_model('${long}', '1.0.0-with.a.long.name', 'no');
SELECT gov_deploy_model('page', '1.0.0', 'staging'), gov_deploy_model('page', '1.0.0');
SELECT gov_deploy_model('page', '2.0.0', 'staging'), gov_deploy_model('page', '2.0.0');
SELECT gov_rollback_model('page', '${inject}');
SELECT gov_define_sla('model', 'page', 100, 200), gov_define_sla('usecase', '${long}');
SELECT gov_observe_many('model', 'page', ARRAY[50, 60, 70, 300], NULL,
    (SELECT array_agg(now() - d * interval '1 day') FROM generate_series(1, 4) AS d));
SELECT gov_report_incident('safety', 'critical', '${inject}', '', '${long}');
SELECT gov_log_event('test', 'try', 'page', 'denied');

-- some weeks' worth of incidents, as if they had been reported then
ALTER TABLE governance.incidents DISABLE TRIGGER guard;
INSERT INTO governance.incidents (category, severity, title, resource, status, reported_at, resolved_at)
SELECT (ARRAY['safety', 'security', 'performance', 'other'])[1 + i % 4], (ARRAY['critical', 'error', 'warning'])[1 + i % 3],
    'incident ' || i, 'page', 'closed', now() - i * interval '7 hours', now() - i * interval '6 hours'
FROM generate_series(1, 90) AS i;
ALTER TABLE governance.incidents ENABLE ALWAYS TRIGGER guard;
SELECT gov_audit_seal();
`);
const { rows: [{ report }] } = await admin.query('SELECT gov_compliance_report() AS report');
const { rows: [{ html }] } = await admin.query('SELECT gov_compliance_report_html($1) AS html', [report.report_id]);
await admin.end();

// --- what the page shows, measured in it ---------------------------------------------

const measure = () => {
	const root = document.documentElement;
	const wide = [];
	for (const e of document.querySelectorAll('main *')) {
		if (e.closest('svg') && !e.matches('svg.chart')) continue;
		const r = e.getBoundingClientRect();
		if (r.width > 0 && r.right > root.clientWidth + 0.5 && getComputedStyle(e).position !== 'absolute')
			wide.push(`${e.tagName}.${e.getAttribute('class') ?? ''}`);
	}
	return {
		width: root.clientWidth, scroll: root.scrollWidth, wide,
		scripts: document.scripts.length, images: document.images.length, owned: window.owned ?? 0,
		titles: [...document.querySelectorAll('tr.incident')].map(e => e.textContent),
		results: document.querySelectorAll('tr.control .badge').length,
		charts: [...document.querySelectorAll('svg.chart')].map(chart => {
			const room = chart.getBoundingClientRect();
			return {
				id: chart.id, width: room.width, label: chart.getAttribute('aria-label'),
				points: chart.querySelectorAll('polyline').length,
				bars: [...chart.querySelectorAll('rect.bar')].map(bar => {
					const r = bar.getBoundingClientRect();
					return { ...bar.dataset, value: Number(bar.dataset.value), width: r.width, height: r.height,
						inside: r.left >= room.left - 1 && r.right <= room.right + 1 };
				}),
			};
		}),
	};
};

const browser = await chromium.launch({
	executablePath, chromiumSandbox: false,
	args: ['--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--disable-background-networking'],
});
test.after(() => browser.close());

const count = list => list.reduce((n, key) => ({ ...n, [key]: (n[key] ?? 0) + 1 }), {});

for (const width of [360, 1280]) {
	test(`${width} pixels wide`, async t => {
		const page = await browser.newPage({ viewport: { width, height: 900 } });
		const asked = [];
		const complaints = [];
		page.on('request', request => asked.push(request.url()));
		page.on('console', message => complaints.push(message.text()));
		page.on('pageerror', error => complaints.push(error.message));
		await page.setContent(html, { waitUntil: 'load' });
		const seen = await page.evaluate(measure);
		await page.close();
		const chart = Object.fromEntries(seen.charts.map(c => [c.id, c]));
		const services = report.sla.resources.map((_, i) => `chart-sla-${i + 1}`);

		await t.test('nothing overflows', () => {
			assert.equal(seen.width, width);
			assert.ok(seen.scroll <= width, `${seen.scroll} pixels`);
			assert.deepEqual(seen.wide, [], 'no element reaches beyond the edge');
		});
		await t.test('what was injected is there as text, and did nothing', () => {
			assert.deepEqual([seen.scripts, seen.images, seen.owned], [0, 0, 0]);
			assert.ok(seen.titles.some(title => title.includes(inject)));
		});
		await t.test('it asks for nothing, and has nothing to complain of', () => {
			assert.deepEqual([asked, complaints], [[], []]);
		});
		await t.test('each chart is there, once, with a name and room', () => {
			assert.deepEqual(seen.charts.map(c => c.id).sort(), ['chart-controls', 'chart-incidents', 'chart-categories',
				'chart-deployments', 'chart-approvals', 'chart-audit', ...services].sort());
			assert.deepEqual(seen.charts.filter(c => !c.label || c.width < 200), []);
			assert.deepEqual(seen.charts.flatMap(c => c.bars).filter(bar => !bar.inside), []);
		});
		for (const [id, trend, ...series] of [
			['chart-incidents', report.incidents.trend, 'total', 'critical'],
			['chart-audit', report.audit.trend, 'events'],
		]) {
			const top = Math.max(...trend.map(bucket => bucket[series[0]]));
			for (const name of series) {
				await t.test(`${id}: the bars of "${name}" are the report's numbers, to scale`, () => {
					const bars = chart[id].bars.filter(bar => bar.series === name);
					assert.deepEqual(bars.map(bar => bar.value), trend.map(bucket => bucket[name]));
					assert.deepEqual(bars.filter(bar => Math.abs(bar.height - 128 * bar.value / top) > 1.5), []);
				});
			}
		}
		await t.test('incidents by category, to scale', () => {
			const { bars, width: room } = chart['chart-categories'];
			assert.deepEqual(Object.fromEntries(bars.map(bar => [bar.row, bar.value])), report.incidents.by_category);
			const most = Math.max(...bars.map(bar => bar.value));
			assert.deepEqual(bars.filter(bar => Math.abs(bar.width - room * bar.value / most) > 2), []);
		});
		await t.test('controls by framework: three bars for each', () => {
			const results = count(report.controls.map(c => `${c.framework} ${c.result}`));
			const { bars } = chart['chart-controls'];
			assert.deepEqual(bars.filter(bar => bar.value !== (results[`${bar.row} ${bar.series}`] ?? 0)), []);
			assert.equal(bars.length, 3 * new Set(report.controls.map(c => c.framework)).size);
			assert.equal(seen.results, report.controls.length, 'a verdict for each control');
		});
		await t.test('deployments and service levels', () => {
			assert.equal(chart['chart-deployments'].bars.length, report.deployments.history.length);
			const observed = report.sla.resources.findIndex(r => r.resource_id === 'page') + 1;
			assert.ok(chart[`chart-sla-${observed}`].points >= 1, 'a line for what was observed');
		});
	});
}

// --- for who does not see it, in both schemes and on paper ---------------------------

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
for (const colorScheme of ['light', 'dark']) {
	for (const width of [390, 1280]) {
		test(`axe-core finds nothing: ${colorScheme}, ${width} pixels`, async () => {
			const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
			await page.setContent(html, { waitUntil: 'load' });
			// what is folded is looked at, too
			await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
			await page.evaluate(axe);
			const { violations, passes } = await page.evaluate(() => axe.run());
			await page.close();
			assert.deepEqual(violations.map(v => [v.id, v.nodes.map(n => n.html)]), []);
			assert.ok(passes.length > 20, 'it did look');
		});
	}
}
test('axe-core speaks of what is wrong', async () => {
	const page = await browser.newPage();
	await page.setContent(html.replaceAll(/ role="img" aria-label="[^"]*"><title>[^<]*<\/title>/g, ' role="img">').replace('lang="en"', ''));
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => axe.run());
	await page.close();
	assert.deepEqual(violations.map(v => v.id).filter(id => ['html-has-lang', 'svg-img-alt'].includes(id)), ['html-has-lang', 'svg-img-alt']);
});
test('a long list is folded, and unfolds', async () => {
	const page = await browser.newPage();
	await page.setContent(html);
	const seen = async () => page.evaluate(() => [...document.querySelectorAll('tr.incident')].filter(e => e.checkVisibility()).length);
	const all = report.incidents.list.length + report.unresolved_incidents.length;
	assert.ok(all > 50 && await seen() < all);
	await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
	assert.equal(await seen(), all, 'each incident of the period is there');
	await page.close();
});
test('every link of the contents leads to a heading', async () => {
	const page = await browser.newPage();
	await page.setContent(html);
	const missing = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].map(a => a.hash).filter(h => !document.querySelector(`h2${h}`)));
	assert.deepEqual(missing, []);
	await page.close();
});
