"""The world, its rules, the stage game and what is measured."""
