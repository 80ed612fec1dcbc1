//! One declaration per element, for reading and for writing: the macro that turns the list of an element's attributes
//! and children into both directions.

/// Declares an element: its attributes, children, parts and text with their fields.
///
/// `@v2` marks what BS.2076-2 added and EAR refuses before it, `@read` another name that is read but not written.
/// Parts named `first` are written before the children, the `last` ones after them.
macro_rules! element {
    (
        $element:ty {
            $(attributes { $($attribute:literal => $($attribute_field:ident).+),* $(,)? })?
            $(first { $($first:ident),* $(,)? })?
            $(children { $($child:literal $(@$mark:ident)? => $($child_field:ident).+),* $(,)? })?
            $(last { $($last:ident),* $(,)? })?
            $(text => $($text_field:ident).+;)?
        }
    ) => {
        impl $crate::adm::xml::declare::Element for $element {
            const HAS_TEXT: bool = element!(@has $($($text_field)+)?);

            fn blank() -> Self {
                Self::default()
            }

            #[inline]
            #[allow(unused_variables, unreachable_code)]
            fn attribute(
                &mut self,
                scratch: &mut <Self as $crate::adm::xml::declare::Shape>::Scratch,
                seen: &mut u64,
                name: &str,
                value: &str,
                context: &mut $crate::adm::xml::context::Context,
            ) -> Result<bool, $crate::adm::Error> {
                $(
                    const ROWS: &[&str] = &[$($attribute),*];
                    match name {
                        $(
                            $attribute => {
                                const ROW: usize = $crate::adm::xml::declare::row(ROWS, $attribute);
                                if !$crate::adm::xml::declare::first(seen, ROW) {
                                    return Err($crate::adm::xml::declare::twice(name));
                                }
                                context.field = $attribute;
                                $crate::adm::xml::declare::AttributeField::read_attribute(&mut self.$($attribute_field).+, value, context)?;
                                return Ok(true);
                            }
                        )*
                        _ => {}
                    }
                )?
                $($(
                    if <$first as $crate::adm::xml::declare::Part<$element>>::attribute(self, scratch, name, value, context)? {
                        return Ok(true);
                    }
                )*)?
                $($(
                    if <$last as $crate::adm::xml::declare::Part<$element>>::attribute(self, scratch, name, value, context)? {
                        return Ok(true);
                    }
                )*)?
                Ok(false)
            }

            #[inline]
            #[allow(unused_variables, unreachable_code)]
            fn child<R: std::io::Read>(
                &mut self,
                scratch: &mut <Self as $crate::adm::xml::declare::Shape>::Scratch,
                seen: &mut u64,
                tag: &$crate::adm::xml::input::Tag<'_>,
                input: &mut $crate::adm::xml::input::Input<R>,
            ) -> Result<bool, $crate::adm::Error> {
                $($(
                    if <$first as $crate::adm::xml::declare::Part<$element>>::child(self, scratch, tag, input)? {
                        return Ok(true);
                    }
                )*)?
                $(
                    const ROWS: &[&str] = &[$($child),*];
                    match tag.name() {
                        $(
                            $child => {
                                const ROW: usize = $crate::adm::xml::declare::row(ROWS, $child);
                                if !$crate::adm::xml::declare::first(seen, ROW)
                                    && $crate::adm::xml::declare::is_single(&self.$($child_field).+)
                                {
                                    $crate::adm::xml::declare::skip_repetition($child, input)?;
                                    return Ok(true);
                                }
                                input.context.field = $child;
                                element!(@mark $($mark)? $child, input);
                                $crate::adm::xml::declare::ChildField::read_child(&mut self.$($child_field).+, tag, input)?;
                                return Ok(true);
                            }
                        )*
                        _ => {}
                    }
                )?
                $($(
                    if <$last as $crate::adm::xml::declare::Part<$element>>::child(self, scratch, tag, input)? {
                        return Ok(true);
                    }
                )*)?
                Ok(false)
            }

            #[allow(unused_variables)]
            fn text(
                &mut self,
                text: &str,
                context: &mut $crate::adm::xml::context::Context,
            ) -> Result<(), $crate::adm::Error> {
                $(
                    context.field = "text";
                    $crate::adm::xml::declare::AttributeField::read_attribute(&mut self.$($text_field).+, text, context)?;
                )?
                Ok(())
            }

            #[allow(unused_variables)]
            fn write_attributes(&self, output: &mut $crate::adm::xml::output::Output<'_>) {
                let default = Self::blank();
                $($(
                    $crate::adm::xml::declare::AttributeField::write_attribute(
                        &self.$($attribute_field).+, &default.$($attribute_field).+, $attribute, output,
                    );
                )*)?
                $($(<$first as $crate::adm::xml::declare::Part<$element>>::write_attributes(self, output);)*)?
                $($(<$last as $crate::adm::xml::declare::Part<$element>>::write_attributes(self, output);)*)?
            }

            #[allow(unused_variables)]
            fn write_children(&self, output: &mut $crate::adm::xml::output::Output<'_>) {
                let default = Self::blank();
                $($(<$first as $crate::adm::xml::declare::Part<$element>>::write_children(self, output);)*)?
                $($(
                    element!(@write $($mark)? $child, self.$($child_field).+, default.$($child_field).+, output);
                )*)?
                $($(<$last as $crate::adm::xml::declare::Part<$element>>::write_children(self, output);)*)?
            }

            fn text_written(&self) -> String {
                element!(@text self $($($text_field).+)?)
            }
        }

        impl $crate::adm::xml::declare::Node for $element {
            fn read<R: std::io::Read>(
                tag: &$crate::adm::xml::input::Tag<'_>,
                input: &mut $crate::adm::xml::input::Input<R>,
            ) -> Result<Self, $crate::adm::Error> {
                $crate::adm::xml::declare::read_element(tag, input)
            }

            fn write(&self, name: &str, output: &mut $crate::adm::xml::output::Output<'_>) {
                $crate::adm::xml::declare::write_element(self, name, output);
            }
        }
    };
    (@has) => { false };
    (@has $($field:ident)+) => { true };
    (@mark $child:literal, $input:ident) => {};
    (@mark read $child:literal, $input:ident) => {};
    (@mark v2 $child:literal, $input:ident) => { $input.context.second_edition($child) };
    (@write $child:literal, $field:expr, $default:expr, $output:ident) => {
        $crate::adm::xml::declare::ChildField::write_child(&$field, &$default, $child, $output)
    };
    (@write v2 $child:literal, $field:expr, $default:expr, $output:ident) => {
        $crate::adm::xml::declare::ChildField::write_child(&$field, &$default, $child, $output)
    };
    (@write read $child:literal, $field:expr, $default:expr, $output:ident) => {};
    (@text $self:ident) => { String::new() };
    (@text $self:ident $($field:ident).+) => { $crate::adm::xml::declare::Value::format(&$self.$($field).+) };
}
pub(super) use element;

/// Declares elements without parts that gather: what they don't know is kept in their `unknown`.
macro_rules! plain_shape {
    ($($element:ty),*) => {$(
        impl $crate::adm::xml::declare::Shape for $element {
            type Scratch = ();

            fn keep(&mut self) -> Option<&mut $crate::adm::Unknown> {
                Some(&mut self.unknown)
            }

            fn kept(&self) -> Option<&$crate::adm::Unknown> {
                Some(&self.unknown)
            }
        }
    )*};
}
pub(super) use plain_shape;

/// Declares elements that keep nothing they don't know.
macro_rules! closed_shape {
    ($($element:ty),*) => {$(
        impl $crate::adm::xml::declare::Shape for $element {
            type Scratch = ();

            fn keep(&mut self) -> Option<&mut $crate::adm::Unknown> {
                None
            }

            fn kept(&self) -> Option<&$crate::adm::Unknown> {
                None
            }
        }
    )*};
}
pub(super) use closed_shape;

/// Declares elements that have an id and a name and keep in their `unknown` what they don't know: their `Scratch`, what
/// is called when all attributes are read, and what else differs from other elements.
macro_rules! named_shape {
    ($($element:ty: $name:literal $(, $scratch:ty $(, $opened:ident)?)? $(, { $($more:tt)* })?;)*) => {$(
        impl $crate::adm::xml::declare::Shape for $element {
            type Scratch = named_shape!(@scratch $($scratch)?);

            #[allow(unused_variables)]
            fn opened(
                &mut self,
                scratch: &mut Self::Scratch,
                context: &mut $crate::adm::xml::context::Context,
            ) -> Result<(), $crate::adm::Error> {
                $crate::adm::xml::elements::require_id(&self.id, $name, concat!($name, "ID"), &self.name)?;
                $crate::adm::xml::elements::require_name(&self.name, concat!($name, "Name"), context);
                $($($opened(self, scratch, context);)?)?
                Ok(())
            }

            $($($more)*)?

            fn keep(&mut self) -> Option<&mut $crate::adm::Unknown> {
                Some(&mut self.unknown)
            }

            fn kept(&self) -> Option<&$crate::adm::Unknown> {
                Some(&self.unknown)
            }
        }
    )*};
    (@scratch) => { () };
    (@scratch $scratch:ty) => { $scratch };
}
pub(super) use named_shape;
