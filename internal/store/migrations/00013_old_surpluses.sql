-- +goose Up
-- A surplus from before there were policies waits for a person.
UPDATE payments SET surplus_state = 'held' WHERE surplus <> '' AND surplus_state = '';

-- +goose Down
SELECT 1;
