use super::*;

const ELEMENTS: [Element; 4] = [
    Element { name: "input", kind: ElementKind::Path, repeats: false },
    Element { name: "complementary", kind: ElementKind::Value, repeats: true },
    Element { name: "bits", kind: ElementKind::Value, repeats: false },
    Element { name: "no-dither", kind: ElementKind::Switch, repeats: false },
];

fn entries(text: &str) -> Result<Vec<(String, String)>, String> {
    let found = read(text, &ELEMENTS).map_err(|e| e.to_string())?;
    Ok(found.into_iter().map(|entry| (entry.name.to_owned(), entry.value)).collect())
}

#[test]
fn elements_are_options_and_deliverables_read_as_on_the_command_line() {
    let text = "<?xml version=\"1.0\"?>\n<!-- a job -->\n<job>\n  <input> Night &amp; Day &#x2013; <![CDATA[<1>]]>.wav</input>\n\
                <complementary>AO_1002</complementary><complementary>AO_1003</complementary>\n\
                <no-dither/>\n\
                <deliverable spec=\"netflix\" layout=\"5.1\" parts=\" mix  stems\"/>\n\
                <deliverable layout='7.1.4' name=\"{title} &quot;\"></deliverable>\n\
                <deliverable adm=\"yes\"/>\n</job>\n<!-- end -->";
    let expected = [
        ("input", "Night & Day – <1>.wav"),
        ("complementary", "AO_1002"),
        ("complementary", "AO_1003"),
        ("no-dither", "true"),
        ("deliverable", "netflix:5.1+mix+stems"),
        ("deliverable", "none:7.1.4={title} \""),
        ("deliverable", "adm"),
    ];
    let expected: Vec<_> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(entries(text), Ok(expected));
    assert_eq!(entries("<job><no-dither>no</no-dither></job>"), Ok(Vec::new()));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, place, hint) in [
        ("<job>\n  <inputs>x</inputs>\n</job>", "line 2, column 3: ", "did you mean `input`?"),
        ("<job>\n<deliverable spek=\"netflix\" layout=\"5.1\"/></job>", "line 2, column 1: ", "`spec`?"),
        ("<job>\n\n <deliverable spec=\"netflix\"/></job>", "line 3, column 2: ", "needs layout"),
        ("<job><bits>24</bits>\n<bits>16</bits></job>", "line 2, column 1: ", "comes twice"),
        ("<job><bits/></job>", "line 1, column 6: ", "is empty"),
        ("<job><bits unit=\"1\">24</bits></job>", "line 1, column 6: ", "no attributes"),
        ("<job><input><bits/></input></job>", "line 1, column 13: ", "holds text"),
        ("<job><no-dither>maybe</no-dither></job>", "line 1, column 6: ", "yes or no"),
        ("<job>\n   words\n</job>", "line 2, column 4: ", "found `words`"),
        ("<jobs/>", "line 1, column 1: ", "expected the element `job`"),
        ("<job><input>x</input></job>\n<job></job>", "line 2, column 1: ", "after the end"),
        ("<job>\n<input>x</bits></job>", "line 2, column ", "is no XML"),
        ("<job>\n<input>x", "line 2, column ", ""),
        ("", "line 1, column 1: ", "found nothing"),
        ("<job><input>&nbsp;</input></job>", "line 1, column 13: ", "entity"),
        ("<!DOCTYPE job [<!ENTITY a \"b\">]><job/>", "line 1, column 1: ", "DOCTYPE"),
        ("<job><deliverable adm=\"yes\" layout=\"5.1\"/></job>", "line 1, column 6: ", "copy of the master"),
        ("<job><deliverable layout=\"5.1\">x</deliverable></job>", "line 1, column 6: ", "attributes"),
        (
            "<job><deliverable spec=\"netflix\" layout=\"5.1\" parts=\"me\"/></job>",
            "line 1, column 6: ",
            "add mix",
        ),
        ("<job><deliverable layout=\"5.1\" layout=\"7.1\"/></job>", "line 1, column 6: ", "is no XML"),
    ] {
        let message = entries(text).expect_err(text);
        assert!(message.starts_with(place) && message.contains(hint), "{text}: {message}");
    }
}

/// `parts` are what is written, no more.
#[test]
fn parts_are_what_is_listed() {
    for (attributes, meant) in [
        ("layout=\"5.1\"", "none:5.1"),
        ("layout=\"5.1\" parts=\"mix stems\"", "none:5.1+mix+stems"),
        ("layout=\"5.1\" parts=\"stems\"", "stems:5.1+stems"),
        ("spec=\"none\" layout=\"5.1\" parts=\"music me\"", "stems:5.1+music+me"),
        ("spec=\"stems\" layout=\"5.1\"", "stems:5.1"),
        ("spec=\"netflix\" layout=\"5.1\" parts=\"Mix me\" name=\"x\"", "netflix:5.1+Mix+me=x"),
    ] {
        let found = entries(&format!("<job><deliverable {attributes}/></job>")).unwrap();
        assert_eq!(found.first().map(|(_, value)| value.as_str()), Some(meant));
    }
}

#[test]
fn any_cut_of_a_job_and_any_flood_ends_in_one_line() {
    let text = "<job><input>a&amp;b</input><deliverable spec=\"x\" layout=\"5.1\"/></job>";
    for end in 0..text.len() {
        let message = entries(&text[..end]).expect_err("a job that is cut");
        assert!(!message.contains('\n'), "{message}");
    }
    let flood = format!("<job>{}</job>", "<complementary>a</complementary>".repeat(MOST_ENTRIES + 1));
    assert!(entries(&flood).unwrap_err().contains("more than"));
    let deep = "<job>".to_owned() + &"<input>".repeat(100_000);
    assert!(entries(&deep).is_err());
}
