//! What a strip sends to the reverbs.

use egui::{RichText, Ui};
use formats::scene::chain::{Chain, MOST_SENDS, Send};

use super::number;
use super::rack::{Look, sign_button};

/// Shows all sends, and a menu of the reverbs that nothing is sent to.
pub(super) fn show(ui: &mut Ui, look: &Look<'_>, chain: &mut Chain, rooms: &[String]) {
    let mut removed = None;
    for (index, send) in chain.sends.iter_mut().enumerate() {
        let is_there = rooms.contains(&send.to);
        ui.horizontal(|ui| {
            if sign_button(ui, "×", &format!("Remove the send to {}", send.to)) {
                removed = Some(index);
            }
            number::field(ui, &format!("Send to {}", send.to), &mut send.gain_db, Send::GAIN, 84.0);
            let colour = if is_there { look.palette.text } else { look.palette.verdicts[2] };
            ui.label(RichText::new(send.to.as_str()).color(colour));
        });
    }
    if let Some(index) = removed {
        chain.sends.remove(index);
    }
    let free: Vec<&String> =
        rooms.iter().filter(|room| chain.sends.iter().all(|send| send.to != **room)).collect();
    if rooms.is_empty() {
        ui.weak("There are no reverbs: + Reverb, after the strips, adds one.");
    } else if !free.is_empty() && chain.sends.len() < MOST_SENDS {
        let menu = ui.menu_button("Add a send", |ui| {
            for room in free {
                let name = format!("New send to {room}");
                if ui.button(room.as_str()).accessible_name(name).clicked() {
                    chain.sends.push(Send { to: room.clone(), gain_db: 0.0 });
                    ui.close();
                }
            }
        });
        menu.response.accessible_name("Add a send");
    }
    ui.label(RichText::new("Tapped after the fader.").small().color(look.palette.dim));
}
