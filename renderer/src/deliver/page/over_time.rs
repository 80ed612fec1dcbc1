//! Loudness over time: momentary and short-term as EBU Tech 3341 reads them, integrated as it was by then.

use crate::drawing::{Anchor, Markup, Outline, Panel, Picture, Tick, even_ticks, time_ticks};
use crate::loudness::{
    Judgement, LoudnessColumn, Measure, Measurement, Specification, SpeechActivity, Timeline,
};

const SIZE: (f64, f64) = (800.0, 330.0);
pub(super) const PANEL: Panel = Panel { left: 72.0, top: 30.0, width: 600.0, height: 266.0 };
/// Decibels from bottom to top, at least.
const RANGE: f64 = 60.0;
/// The top is at least here.
const LOWEST_TOP: f64 = -10.0;
/// Labels of limits are at least so far apart.
const LABEL_HEIGHT: f64 = 30.0;
/// Letters of a specification's name that have room.
const LABEL_LETTERS: usize = 20;

/// Height of the strip of speech.
const STRIP: f64 = 16.0;
/// Pauses narrower than this are not drawn.
const NARROWEST: f64 = 0.5;
/// Of speech, in a second.
const STEPS_PER_SECOND: f64 = 100.0;

/// A demand on something that the picture shows.
struct Target {
    names: String,
    text: String,
    low: Option<f64>,
    high: Option<f64>,
}

pub(super) fn write(page: &mut Markup, found: &Measurement, judgements: &[(Specification, Judgement)]) {
    let Some(timeline) = found.timeline.as_deref() else { return };
    page.text_in("h3", &[], "Loudness over time");
    if timeline.loudness.iter().all(|column| column.momentary.is_none()) {
        page.text_in("p", &[], "The programme is shorter than 400 ms: there is nothing to draw.");
        return;
    }
    let targets = targets(judgements);
    let spoken = found.dialogue.as_ref().map(|dialogue| dialogue.activity.as_ref());
    let size = (SIZE.0, SIZE.1 + if spoken.is_some() { STRIP + 4.0 } else { 0.0 });
    let range = range(timeline, &targets);
    let seconds = found.frames as f64 / f64::from(found.sample_rate);
    let description = format!(
        "Momentary, short-term and integrated loudness in LUFS over {seconds:.0} seconds, from {} to {} LUFS",
        range.0, range.1
    );
    page.element("figure", &[], |figure| {
        Picture::within(figure, size, "Loudness over time", &description, |picture| {
            let rows = even_ticks(range, 10.0);
            let rows: Vec<Tick> =
                rows.into_iter().map(|(value, label)| (PANEL.height_of(value, range), label)).collect();
            bands(picture, &targets, range);
            picture.frame(PANEL, &rows, &times(PANEL, seconds));
            curves(picture, timeline, seconds, range);
            lines(picture, &targets, range);
            legend(picture);
            if let Some(spoken) = spoken {
                speech(picture, spoken, seconds);
            }
        });
        figure.text_in(
            "figcaption",
            &[],
            "LUFS. Momentary (400 ms) and short-term (3 s) span the lowest and the highest reading within each column of the \
             picture, read every 10 ms where the window ends; integrated is the gated loudness of the programme up to there. Dashed: \
             limits of the specifications. Below: when there is speech, where that was measured.",
        );
    });
}

/// Where times stand.
pub(super) fn times(panel: Panel, seconds: f64) -> Vec<Tick> {
    let ticks = time_ticks(seconds, 8);
    ticks.into_iter().map(|(time, label)| (panel.across(time, (0.0, seconds.max(1e-9))), label)).collect()
}

fn targets(judgements: &[(Specification, Judgement)]) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for (specification, judgement) in judgements {
        let clauses = specification.clauses.iter().zip(&judgement.clauses);
        let asked = clauses.filter(|(_, judged)| judged.applies);
        for limit in asked.flat_map(|(clause, _)| &clause.any) {
            let name = match limit.measure {
                Measure::Integrated => "integrated",
                Measure::MaxMomentary => "momentary",
                Measure::MaxShortTerm => "short-term",
                Measure::Dialogue => "dialogue",
                _ => continue,
            };
            let number = |value: f64| format!("{value}").replace('-', "−");
            let text = match (limit.minimum, limit.maximum) {
                (Some(low), Some(high)) if name == "integrated" => {
                    format!("{} … {}", number(low), number(high))
                }
                (Some(low), Some(high)) => format!("{name} {} … {}", number(low), number(high)),
                (None, Some(high)) => format!("{name} ≤ {}", number(high)),
                (Some(low), None) => format!("{name} ≥ {}", number(low)),
                (None, None) => continue,
            };
            let (low, high) = (limit.minimum, limit.maximum);
            match targets.iter_mut().find(|known| (&known.text, known.low) == (&text, low)) {
                Some(known) => known.names = format!("{}, {}", known.names, specification.name),
                None => targets.push(Target { names: specification.name.clone(), text, low, high }),
            }
        }
    }
    targets
}

/// The lowest and the highest value of the axis.
fn range(timeline: &Timeline, targets: &[Target]) -> (f64, f64) {
    let readings = || timeline.loudness.iter().filter_map(|column| column.momentary);
    let highest = readings().map(|[_, high]| high).chain(targets.iter().filter_map(|t| t.high));
    let highest = highest.filter(|value| value.is_finite()).fold(LOWEST_TOP - 1.0, f64::max);
    let integrated = timeline.loudness.iter().filter_map(|column| column.integrated);
    let lowest = integrated.chain(targets.iter().filter_map(|t| t.low)).fold(f64::INFINITY, f64::min);
    let top = ((highest + 1.0) / 10.0).ceil() * 10.0;
    let bottom = ((lowest - 10.0) / 10.0).floor() * 10.0;
    (bottom.min(top - RANGE), top)
}

/// What lies within the limits of a loudness.
fn bands(picture: &mut Picture<'_>, targets: &[Target], range: (f64, f64)) {
    for target in targets {
        if let (Some(low), Some(high)) = (target.low, target.high) {
            let (top, bottom) = (PANEL.height_of(high, range), PANEL.height_of(low, range));
            picture.rectangle((PANEL.left, top), (PANEL.width, bottom - top), ("class", "target"));
        }
    }
}

/// Limits, and beside the panel whose they are.
fn lines(picture: &mut Picture<'_>, targets: &[Target], range: (f64, f64)) {
    let middle = |target: &Target| {
        let ends: Vec<f64> = [target.low, target.high].into_iter().flatten().collect();
        PANEL.height_of(ends.iter().sum::<f64>() / ends.len().max(1) as f64, range)
    };
    let mut places: Vec<(f64, &Target)> = targets.iter().map(|target| (middle(target), target)).collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    places.truncate((PANEL.height / LABEL_HEIGHT) as usize);
    let mut labels: Vec<f64> = places.iter().map(|(y, _)| *y).collect();
    for n in 0..labels.len() {
        let least = if n == 0 { PANEL.top } else { labels[n - 1] + LABEL_HEIGHT };
        labels[n] = labels[n].max(least);
    }
    let mut most = PANEL.bottom();
    for label in labels.iter_mut().rev() {
        *label = label.min(most);
        most = *label - LABEL_HEIGHT;
    }
    for target in targets {
        for end in [target.low, target.high].into_iter().flatten() {
            let y = PANEL.height_of(end, range);
            picture.line((PANEL.left, y), (PANEL.right(), y), &[("class", "limit")]);
        }
    }
    for ((y, target), label) in places.iter().zip(labels) {
        let x = PANEL.right();
        picture.line((x, *y), (x + 10.0, label), &[("class", "leader")]);
        let names: String = if target.names.chars().count() > LABEL_LETTERS {
            target.names.chars().take(LABEL_LETTERS - 1).chain(['…']).collect()
        } else {
            target.names.clone()
        };
        picture.text((x + 13.0, label - 1.0), Anchor::Start, ("class", "small"), &names);
        picture.text((x + 13.0, label + 12.0), Anchor::Start, ("class", "small"), &target.text);
    }
}

fn curves(picture: &mut Picture<'_>, timeline: &Timeline, seconds: f64, range: (f64, f64)) {
    let span = (0.0, seconds.max(1e-9));
    let middle = |column: usize| {
        let (from, to) = (column as f64, column as f64 + 1.0);
        let end = (to * timeline.column_seconds).min(seconds);
        PANEL.across((from * timeline.column_seconds + end) / 2.0, span)
    };
    let shape = |of: fn(&LoudnessColumn) -> Option<[f64; 2]>| {
        let columns = || timeline.loudness.iter().enumerate();
        let end = |which: usize| {
            columns().filter_map(move |(n, c)| Some((middle(n), PANEL.height_of(of(c)?[which], range))))
        };
        let back: Vec<(f64, f64)> = end(0).collect();
        let mut outline = Outline::default();
        outline.through(end(1).chain(back.into_iter().rev()));
        outline.close();
        outline
    };
    picture.outline(&shape(|column| column.momentary), ("class", "momentary"));
    picture.outline(&shape(|column| column.short_term), ("class", "short-term"));
    let mut integrated = Outline::default();
    let points = timeline.loudness.iter().enumerate();
    integrated.through(points.filter_map(|(n, c)| Some((middle(n), PANEL.height_of(c.integrated?, range)))));
    picture.outline(&integrated, ("class", "integrated"));
}

/// A strip below the times: when there is speech.
fn speech(picture: &mut Picture<'_>, activity: &SpeechActivity, seconds: f64) {
    let across = |step: u64| PANEL.across(step as f64 / STEPS_PER_SECOND, (0.0, seconds.max(1e-9)));
    let top = PANEL.bottom() + 26.0;
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for stretch in &activity.stretches {
        let (from, to) = (across(stretch.start), across(stretch.end));
        match spans.last_mut() {
            Some(last) if from - last.1 < NARROWEST => last.1 = to,
            _ => spans.push((from, to)),
        }
    }
    let mut outline = Outline::default();
    for (from, to) in spans {
        outline.rectangle((from, top), ((to - from).max(NARROWEST), STRIP - 2.0));
    }
    picture.rectangle((PANEL.left, top), (PANEL.width, STRIP - 2.0), ("class", "unspoken"));
    picture.outline(&outline, ("class", "spoken"));
    picture.text((PANEL.left - 8.0, top + 11.0), Anchor::End, ("class", "small"), "speech");
    let gate = if activity.gate.is_estimate() { "an estimate" } else { "of the stem" };
    picture.text((PANEL.right() + 13.0, top + 11.0), Anchor::Start, ("class", "small"), gate);
}

fn legend(picture: &mut Picture<'_>) {
    let y = PANEL.top - 13.0;
    for (x, class, name) in [
        (0.0, "momentary", "momentary"),
        (110.0, "short-term", "short-term"),
        (210.0, "integrated", "integrated so far"),
    ] {
        let x = PANEL.left + x;
        let mut sample = Outline::default();
        sample.through([(x, y), (x + 22.0, y)].into_iter());
        picture.outline(&sample, ("class", &format!("{class} sample")));
        picture.text((x + 27.0, y + 4.0), Anchor::Start, ("class", "small"), name);
    }
}
