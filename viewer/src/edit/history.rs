//! Undo and redo: steps of edits, a gesture being one step.

use formats::scene::Scene;

use super::{Edit, Target};

/// Steps that can be undone; older ones are forgotten.
pub const MOST_STEPS: usize = 1000;

/// What was done to a scene, and what was undone of it.
#[derive(Debug, Default)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// The gesture that made the last step goes on.
    is_open: bool,
    /// Number of the present state; each has another.
    state: u64,
    last_state: u64,
    saved: u64,
}

#[derive(Debug)]
struct Step {
    name: String,
    /// What leads to the state on the other side, in this order.
    edits: Vec<Edit>,
    /// The state on the other side.
    state: u64,
}

impl History {
    /// Does `edits` to `scene` as a step called `name`, which goes on with the step before while that has the same name
    /// and its gesture hasn't ended. Gives whether anything was done.
    pub fn apply(&mut self, scene: &mut Scene, name: &str, edits: Vec<Edit>) -> bool {
        let continues = self.is_open && self.done.last().is_some_and(|step| step.name == name);
        let before = self.state;
        let mut inverses: Vec<Edit> = edits.into_iter().filter_map(|edit| edit.apply(scene)).collect();
        if inverses.is_empty() {
            return false;
        }
        self.undone.clear();
        self.is_open = true;
        self.state = self.new_state();
        inverses.reverse();
        if let Some(step) = self.done.last_mut().filter(|_| continues) {
            step.put_before(inverses);
            return true;
        }
        self.done.push(Step { name: name.to_owned(), edits: inverses, state: before });
        if self.done.len() > MOST_STEPS {
            self.done.remove(0);
        }
        true
    }

    /// Ends the gesture: what comes next is another step.
    pub fn seal(&mut self) {
        self.is_open = false;
    }

    /// Undoes the last step; gives its name.
    pub fn undo(&mut self, scene: &mut Scene) -> Option<String> {
        let step = self.done.pop()?;
        let back = self.turn(step, scene);
        let name = back.name.clone();
        self.undone.push(back);
        Some(name)
    }

    /// Does again what was undone last; gives its name.
    pub fn redo(&mut self, scene: &mut Scene) -> Option<String> {
        let step = self.undone.pop()?;
        let back = self.turn(step, scene);
        let name = back.name.clone();
        self.done.push(back);
        Some(name)
    }

    /// What [`History::undo`] would undo.
    pub fn to_undo(&self) -> Option<&str> {
        self.done.last().map(|step| step.name.as_str())
    }

    /// What [`History::redo`] would do again.
    pub fn to_redo(&self) -> Option<&str> {
        self.undone.last().map(|step| step.name.as_str())
    }

    /// The present state is on the disk.
    pub fn mark_saved(&mut self) {
        self.saved = self.state;
        self.seal();
    }

    /// The present state is nowhere on the disk, whatever is done or undone from here.
    pub fn mark_unsaved(&mut self) {
        self.saved = u64::MAX;
    }

    /// The present state is not the one on the disk.
    pub fn is_changed(&self) -> bool {
        self.state != self.saved
    }

    /// A number that no other state of the scene has.
    pub fn state(&self) -> u64 {
        self.state
    }

    fn new_state(&mut self) -> u64 {
        self.last_state += 1;
        self.last_state
    }

    /// Does a step's edits, and gives the step back.
    fn turn(&mut self, step: Step, scene: &mut Scene) -> Step {
        let mut inverses: Vec<Edit> = step.edits.into_iter().filter_map(|edit| edit.apply(scene)).collect();
        inverses.reverse();
        let back = Step { name: step.name, edits: inverses, state: self.state };
        self.state = step.state;
        self.seal();
        back
    }
}

impl Step {
    /// Adds what undoes later edits of the same gesture, where the step doesn't undo them already: a drag of a minute
    /// keeps the state at its start and nothing between.
    fn put_before(&mut self, inverses: Vec<Edit>) {
        let reorders = |edit: &Edit| edit.target() == Target::Order;
        let keeps_all = self.edits.iter().chain(&inverses).any(reorders);
        let is_new = |edit: &Edit| keeps_all || !self.edits.iter().any(|own| own.target() == edit.target());
        let mut edits: Vec<Edit> = inverses.into_iter().filter(is_new).collect();
        edits.append(&mut self.edits);
        self.edits = edits;
    }
}
