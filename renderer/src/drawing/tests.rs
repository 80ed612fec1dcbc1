//! Escaping, axes and maps.

use super::*;

#[test]
fn texts_and_values_are_escaped_whatever_they_are() {
    let mut markup = Markup::default();
    let hostile = "a\"><script>alert('x')</script>&\u{202e}\0\u{1b}[31m\n";
    markup.element("p", &[("title", &hostile)], |inner| inner.text(hostile));
    let text = markup.finish();
    let escaped =
        "a&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\u{fffd}\u{fffd}\u{fffd}[31m\n";
    assert_eq!(text, format!("<p title=\"{escaped}\">{escaped}</p>\n"));
}

#[test]
fn ticks_are_round_and_few() {
    let labels = |ticks: Vec<Tick>| ticks.into_iter().map(|(_, label)| label).collect::<Vec<_>>();
    assert_eq!(labels(even_ticks((-60.0, -10.0), 20.0)), ["−60", "−40", "−20"]);
    assert_eq!(labels(time_ticks(95.0, 4)), ["0:00:00", "0:00:30", "0:01:00", "0:01:30"]);
    assert_eq!(
        labels(time_ticks(0.05, 5)),
        ["0:00:00.000", "0:00:00.010", "0:00:00.020", "0:00:00.030", "0:00:00.040", "0:00:00.050"]
    );
    assert_eq!(
        labels(time_ticks(7200.0, 8)),
        ["0:00:00", "0:15:00", "0:30:00", "0:45:00", "1:00:00", "1:15:00", "1:30:00", "1:45:00", "2:00:00"]
    );
    for seconds in [0.0, 1e-4, 0.4, 1.0, 59.0, 4000.0, 1e6, 1e12] {
        let ticks = time_ticks(seconds, 8);
        assert!((1..=9).contains(&ticks.len()), "{seconds}: {}", ticks.len());
        assert!(ticks.iter().all(|(time, _)| *time <= seconds));
    }
}

#[test]
fn neighbours_of_one_shade_are_one_rectangle() {
    let panel = Panel { left: 10.0, top: 20.0, width: 100.0, height: 20.0 };
    let map = HeatMap { panel, size: (2, 4), edges: &[0.0, 0.25, 0.5, 0.75, 1.0], top: 0.0 };
    let levels = [[-1.0, -5.9, -6.1, -200.0], [-13.0, -13.0, -13.0, -13.0]];
    let file =
        Picture::file((120.0, 50.0), "a", |picture| map.draw(picture, |row, column| levels[row][column]));
    assert!(file.contains(r#"<path d="M10 20h50v10h-50z" class="s0"/>"#), "{file}");
    assert!(file.contains(r#"<path d="M60 20h25v10h-25z" class="s1"/>"#), "{file}");
    assert!(file.contains(r#"<path d="M10 30h100v10h-100z" class="s2"/>"#), "{file}");
    assert_eq!(file.matches("<path").count(), 3);
}

#[test]
fn lengths_have_at_most_one_decimal() {
    let lengths = [12.0, 12.04, -0.04, 12.25, -3.06, 99.96].map(|value| Coordinate(value).to_string());
    assert_eq!(lengths, ["12", "12", "0", "12.3", "-3.1", "100"]);
}
