// Package push is the domain of messages: what is told to whom over which
// channel, and what became of it.
//
// It knows no platform, no database and no web; those are behind [Channel] and
// [Store]. It does not decide who a person is either: it asks [People].
//
// The rule that surprises: a message whose outcome is unknown is not sent
// again unless the channel can recognise the repetition. Telling a person
// twice is as wrong as not telling them.
package push
